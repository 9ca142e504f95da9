import Topology

/// What a target cannot hold of a topology. Nothing is exported then.
package struct ExportFault: Error, Sendable, Equatable {
    /// Of what it is said.
    package let part: TopologyPart
    /// What the target cannot hold.
    package let message: String
    /// What to do about it; nil where there is nothing but another topology.
    package let hint: String?

    /// A fault of a part.
    package init(_ part: TopologyPart, _ message: String, hint: String? = nil) {
        self.part = part
        self.message = message
        self.hint = hint
    }
}
