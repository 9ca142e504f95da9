/// `membership keys ls -o json`, and `rotate`: numbers of gossip keys and who uses which.
package struct KeysReport: Codable, Sendable, Equatable {
    package struct Key: Codable, Sendable, Equatable {
        package var id: UInt32
        package var primary: Bool
        /// How many processes seal with it, and how many open with it.
        package var sealing: Int
        package var opening: Int

        package init(id: UInt32, primary: Bool, sealing: Int, opening: Int) {
            self.id = id
            self.primary = primary
            self.sealing = sealing
            self.opening = opening
        }
    }

    package var schema = ReportJSON.schema
    package var primary: UInt32
    package var keys: [Key]
    package var processes: Int
    /// Those that have not taken the keys.
    package var late: [String]
    /// Of a rotation alone.
    package var tookMilliseconds: Int64?

    package init(primary: UInt32, keys: [Key], processes: Int, late: [String], tookMilliseconds: Int64? = nil) {
        self.primary = primary
        self.keys = keys
        self.processes = processes
        self.late = late
        self.tookMilliseconds = tookMilliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case schema, primary, keys, processes, late
        case tookMilliseconds = "took_ms"
    }
}
