"""Numbers published to an MQTT broker, for home automation; none is lost while the broker is away."""
