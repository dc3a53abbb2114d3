"""Work on a dataset part by part: in this process, or in many on one machine or several."""
