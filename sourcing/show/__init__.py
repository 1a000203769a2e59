"""What people read: plain text for a terminal, JSON for programs. Nothing here decides anything."""
