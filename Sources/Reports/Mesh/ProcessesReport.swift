/// `ps -o json`.
package struct ProcessesReport: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var name: String
        package var role: String
        package var pid: Int32?
        package var state: ProcessState
        /// Processor time used, all threads.
        package var processorMilliseconds: Double?
        package var residentBytes: Int?
        /// Shared pages divided among those who share them.
        package var proportionalBytes: Int?
        /// RFC 3339.
        package var started: String?
        package var data: String?
        package var admin: String?
        package var gossip: String?
        package var restarts: Int

        private enum CodingKeys: String, CodingKey {
            case name, role, pid, state, started, admin, data, gossip, restarts
            case processorMilliseconds = "cpu_ms"
            case residentBytes = "rss_bytes"
            case proportionalBytes = "pss_bytes"
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

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(role, forKey: .role)
            try container.encode(pid, forKey: .pid)
            try container.encode(state, forKey: .state)
            try container.encode(processorMilliseconds, forKey: .processorMilliseconds)
            try container.encode(residentBytes, forKey: .residentBytes)
            try container.encode(proportionalBytes, forKey: .proportionalBytes)
            try container.encode(started, forKey: .started)
            try container.encode(admin, forKey: .admin)
            try container.encode(data, forKey: .data)
            try container.encode(gossip, forKey: .gossip)
            try container.encode(restarts, forKey: .restarts)
        }
    }

    package var schema = ReportJSON.schema
    package var processes: [Row]

    package init(processes: [Row]) { self.processes = processes }
}
