"""Files people bring in: which column is what, and what each row comes to. Plain Python."""
