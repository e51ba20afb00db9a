new Report();
