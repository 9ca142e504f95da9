/// What the control plane tells the processes of a mesh through the file `faults.json`.
package struct FaultSheet: Sendable, Codable, Equatable {
    package static let schema = "cellmesh/1"

    package var schema = FaultSheet.schema
    /// Rises with every change.
    package var revision: Int64
    package var faults: [WireFault]
    /// Where nodes take gossip, `HOST:PORT` by name, for a process that has not met them yet.
    package var addresses: [String: String]

    package init(revision: Int64 = 0, faults: [WireFault] = [], addresses: [String: String] = [:]) {
        self.revision = revision
        self.faults = faults
        self.addresses = addresses
    }
}
