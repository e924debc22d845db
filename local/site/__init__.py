"""The front door of a local stack, on one port: patients' pages, the staff API, the mailbox, the API's documentation."""
