"""The computer that it runs on: processes, service manager, network, terminal."""
