"""From a chain that was read to what it does to the orders: who each row is, what is settled, what differs."""
