if (data.mode === "report") new Report();
else new Walk();
