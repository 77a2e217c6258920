"""Where frames come from: a Raspberry Pi's camera, a USB webcam, or files that stand in for one."""
