/// What the control plane tells the processes of a mesh through the file `faults.json`.
package struct FaultSheet: Sendable, Codable, Equatable {
    /// What the file says of its own form.
    package static let schema = "cellmesh/1"

    /// The form of a file that was read; another than `FaultSheet.schema` is not understood.
    package var schema = FaultSheet.schema
    /// Rises with every change.
    package var revision: Int64
    /// By expiry, at most `FaultSchedule.most`.
    package var faults: [Fault]
    /// Where nodes take gossip, `HOST:PORT` by name, for a process that has not met them yet.
    package var addresses: [String: String]

    /// A sheet; an empty one where nothing is given.
    package init(revision: Int64 = 0, faults: [Fault] = [], addresses: [String: String] = [:]) {
        self.revision = revision
        self.faults = faults
        self.addresses = addresses
    }
}
