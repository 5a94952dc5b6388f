"""The personal health agent: one person's own minutes become answers with evidence; a language model may word them."""
