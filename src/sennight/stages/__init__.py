"""The stages of the main job; each reads one artifact and writes one, so that any can be run again alone.

prepared: an export becomes a store · pretrained: a store becomes a run · embedded: a store and a backbone become
an embedding · evaluated: a store and embeddings become a result and a page. The CLI's verbs and the demo call these.
Nothing is imported here: preparing needs no torch.
"""
