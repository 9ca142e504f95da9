/// What of a mesh runs or lies about, as `doctor` finds it.
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

        package init(name: String, role: String, pid: Int32, startTime: UInt64, condition: Condition, paused: Bool) {
            self.name = name
            self.role = role
            self.pid = pid
            self.startTime = startTime
            self.condition = condition
            self.paused = paused
        }
    }

    package struct Finding: Codable, Sendable, Equatable {
        /// `stale-control-file control-file control-stuck journal data version secret token placement keys place store no-vote`.
        package var code: String
        package var message: String
        /// What to do.
        package var hint: String

        package init(code: String, message: String, hint: String) {
            self.code = code
            self.message = message
            self.hint = hint
        }
    }

    package var schema = ReportJSON.schema
    package var mesh: String
    package var dataDirectory: String
    /// The pid of the control plane; nil if none runs.
    @Nullable package var control: Int32?
    package var processes: [Process]
    package var findings: [Finding]

    package init(
        mesh: String, dataDirectory: String, control: Int32?, processes: [Process], findings: [Finding]
    ) {
        self.mesh = mesh
        self.dataDirectory = dataDirectory
        self.control = control
        self.processes = processes
        self.findings = findings
    }

    private enum CodingKeys: String, CodingKey {
        case schema, mesh
        case dataDirectory = "data_dir"
        case control, processes, findings
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
}

/// `doctor -o json`: all meshes of a home, and the machine.
package struct DoctorsReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    /// Nothing is wrong anywhere.
    package var ok: Bool
    package var meshes: [DoctorReport]
    /// What of this machine keeps meshes from running well.
    package var machine: [DoctorReport.Finding]

    package init(ok: Bool, meshes: [DoctorReport], machine: [DoctorReport.Finding]) {
        self.ok = ok
        self.meshes = meshes
        self.machine = machine
    }
}
