"""LF sets to and from other tools: modules of Snorkel labeling functions, lists of keywords."""
