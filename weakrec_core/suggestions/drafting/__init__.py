"""LFs drafted by a language model: what is asked, what of the answer is offered, and the work in the background."""
