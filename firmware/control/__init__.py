"""The socket on which other processes see and steer the exchange."""
