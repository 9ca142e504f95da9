import MeshBase

extension Service {
    /// The longest time that the calls of this service may take: they are made one after the other.
    public var timeoutOfCalls: TimeAmount { calls.reduce(.zero) { $0 + $1.timeout } }
}
