/// The version of this program.
public let ferryVersion = "0.1.0"
