"""The classroom: who proposes heads is free, who judges them is not. Models hand in data; the examiner scores."""
