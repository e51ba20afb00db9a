"""Whether a run can happen in time: real-valued times on its steps."""
