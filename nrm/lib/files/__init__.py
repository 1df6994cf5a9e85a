"""Files that people bring: how much is taken in, what they are, what is taken out of them, who looks for viruses."""
