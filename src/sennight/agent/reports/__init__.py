"""Reports: a day, a week, one page for a visit; the same content as HTML, PDF, Markdown and JSON."""
