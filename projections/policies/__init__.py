"""The policies (制度): every version of each, so that the past keeps its own rules."""
