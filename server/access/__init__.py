"""Who is asking: invitations, devices, desk sessions."""
