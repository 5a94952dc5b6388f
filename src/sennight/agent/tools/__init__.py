"""The tools shelf: what may be looked up about one person. To add one: docs/add/tool.md."""
