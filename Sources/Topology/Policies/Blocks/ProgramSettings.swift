/// A program of the user's own that is a service of every cell: key `run`.
public struct ProgramSettings: Sendable, Codable, Equatable {
    /// The program and its arguments, 1...256.
    public var run: [String]
    /// The path that answers 2xx once it serves; nil: it does as soon as it accepts a connection.
    public var ready: String?

    /// A program and its arguments.
    public init(run: [String], ready: String? = nil) {
        self.run = run
        self.ready = ready
    }
}

/// A feature that is on or off from the start (C27): an entry of `flags`.
public struct FlagSetting: Sendable, Codable, Equatable {
    /// Of a feature, or free where programs know it.
    public var name: String
    /// From the start.
    public var isOn: Bool

    /// A flag of its name.
    public init(_ name: String, isOn: Bool) {
        self.name = name
        self.isOn = isOn
    }
}
