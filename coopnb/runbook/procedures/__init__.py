"""What each runbook does between its parameters and its plan, a file each."""
