"""What touches the world: the sync server and the coordinators' desk."""
