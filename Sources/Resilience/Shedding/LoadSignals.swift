import MeshBase

/// What a process knows of its own strain, over the last second. What is not measured is left out and strains nothing.
public struct LoadSignals: Sendable, Equatable {
    /// The process's share of one core, 0 or more.
    public var cpu: Double
    /// 95 % of the event loop's turns began no later than this after they were due.
    public var loopLag: TimeAmount
    /// Bytes in use over what is declared, 0 or more; nil where nothing is declared.
    public var memory: Double?
    /// 95 % of the answers took no longer; nil where none was given.
    public var p95: TimeAmount?

    /// Signals of a process at rest, unless given.
    public init(cpu: Double = 0, loopLag: TimeAmount = .zero, memory: Double? = nil, p95: TimeAmount? = nil) {
        self.cpu = cpu
        self.loopLag = loopLag
        self.memory = memory
        self.p95 = p95
    }
}
