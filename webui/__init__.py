"""What people see in a browser: pages over the ledger and the control socket, in a process of its own."""
