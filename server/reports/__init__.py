"""One file per number coordinators look at: reads on a connection that is passed in."""
