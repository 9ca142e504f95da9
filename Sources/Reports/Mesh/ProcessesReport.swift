/// `ps -o json`.
package struct ProcessesReport: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var name: String
        package var role: String
        @Nullable package var pid: Int32?
        package var state: ProcessState
        /// Processor time used, all threads.
        @Nullable package var processorMilliseconds: Double?
        @Nullable package var residentBytes: Int?
        /// Shared pages divided among those who share them.
        @Nullable package var proportionalBytes: Int?
        /// RFC 3339.
        @Nullable package var started: String?
        @Nullable package var data: String?
        @Nullable package var admin: String?
        @Nullable package var gossip: String?
        package var restarts: Int
        /// Of a cell, as `StatusReport.Cell.version`.
        package var version: Int?

        private enum CodingKeys: String, CodingKey {
            // In the order in which they are written.
            case name, role, pid, state
            case processorMilliseconds = "cpu_ms"
            case residentBytes = "rss_bytes"
            case proportionalBytes = "pss_bytes"
            case started, admin, data, gossip, restarts, version
        }

        package init(
            name: String, role: String, pid: Int32?, state: ProcessState, processorMilliseconds: Double? = nil,
            residentBytes: Int? = nil, proportionalBytes: Int? = nil, started: String? = nil, data: String? = nil,
            admin: String? = nil, gossip: String? = nil, restarts: Int = 0
        ) {
            self.name = name
            self.role = role
            self.pid = pid
            self.state = state
            self.processorMilliseconds = processorMilliseconds
            self.residentBytes = residentBytes
            self.proportionalBytes = proportionalBytes
            self.started = started
            self.data = data
            self.admin = admin
            self.gossip = gossip
            self.restarts = restarts
        }
    }

    package var schema = ReportJSON.schema
    package var processes: [Row]

    package init(processes: [Row]) { self.processes = processes }
}
