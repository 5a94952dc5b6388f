"""Faces of the agent beyond the command line: the MCP server, through which a person's own assistant may ask."""
