import Reports
import UVDriver

/// `doctor -o json`: what of a mesh runs or lies about.
package struct DoctorReport: Codable, Sendable, Equatable {
    package struct Process: Codable, Sendable, Equatable {
        package enum Condition: String, Codable, Sendable {
            /// Its control plane runs.
            case supervised
            /// It runs, and no control plane does: `up` adopts it, `down` and `doctor --reap` end it.
            case leftover
            /// It runs no more, and was not taken off the ledger.
            case gone
            /// It was a leftover and has been ended.
            case reaped
            /// It is a leftover that could not be ended.
            case unreapable
        }
        package var name: String
        package var role: String
        package var pid: Int32
        package var startTime: UInt64
        package var condition: Condition
        package var paused: Bool

        private enum CodingKeys: String, CodingKey {
            case name, role, pid
            case startTime = "start_time"
            case condition, paused
        }

        package var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTime: startTime) }
    }

    package struct Finding: Codable, Sendable, Equatable {
        /// `stale-control-file control-file control-stuck journal data version secret token placement keys place store no-vote`.
        package var code: String
        package var message: String
        /// What to do.
        package var hint: String
    }

    package var schema = ReportJSON.schema
    package var mesh: String
    package var dataDirectory: String
    /// The pid of the control plane; nil if none runs.
    package var control: Int32?
    package var processes: [Process]
    package var findings: [Finding]

    private enum CodingKeys: String, CodingKey {
        case schema, mesh, control, processes, findings
        case dataDirectory = "data_dir"
    }

    package var leftovers: [Process] { processes.filter { $0.condition == .leftover } }
    /// Something that `doctor --reap` would put in order.
    package var isReapable: Bool {
        control == nil
            && (processes.contains { $0.condition == .leftover || $0.condition == .gone }
                || findings.contains { $0.code == "stale-control-file" })
    }
    /// Nothing is left over and nothing is wrong.
    package var isHealthy: Bool {
        findings.isEmpty && processes.allSatisfy { $0.condition == .supervised || $0.condition == .reaped }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(mesh, forKey: .mesh)
        try container.encode(dataDirectory, forKey: .dataDirectory)
        try container.encode(control, forKey: .control)
        try container.encode(processes, forKey: .processes)
        try container.encode(findings, forKey: .findings)
    }
}
