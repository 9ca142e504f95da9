import FoundationEssentials
import Glibc
import MeshBase

/// The file `programs.json` of a cell: which programs of the user's own it has, for `ps` and for whoever tidies up.
package struct ProgramsFile: Codable, Sendable, Equatable {
    /// One of them.
    package struct Program: Codable, Sendable, Equatable {
        /// Its service.
        package var service: String
        /// Nil while there is no process.
        package var pid: Int32?
        /// Clock ticks from boot to the start of the process.
        package var startTime: UInt64?
        /// Where it was told to listen, on 127.0.0.1; nil while there is no process.
        package var port: Int?
        /// `starting`, `ready`, `unready` or `down`.
        package var state: String
        /// How often it was started again.
        package var restarts: Int

        private enum CodingKeys: String, CodingKey {
            case service, pid, port, state, restarts
            case startTime = "start_time"
        }

        /// A program of a service, in this state.
        package init(service: String, state: String) {
            self.service = service
            self.state = state
            restarts = 0
        }

        /// Its process, if exactly that runs.
        package var running: ProcessIdentity? {
            guard let pid, let startTime else { return nil }
            let identity = ProcessIdentity(pid: pid, startTime: startTime)
            return identity.isRunning ? identity : nil
        }
    }

    package var version = 1
    package var programs: [Program]

    package init(programs: [Program]) { self.programs = programs }

    /// The name of the file in a cell's directory.
    package static let name = "programs.json"

    /// Bytes that such a file has at most.
    private static let most = 4 << 20

    /// Of the cell that has this directory; nil where there is none, or none that can be read.
    package static func read(in directory: String) -> ProgramsFile? {
        SmallFile.read("\(directory)/\(name)", most: most).flatMap {
            try? JSONDecoder().decode(ProgramsFile.self, from: Data($0.utf8))
        }
    }

    /// - Returns: false where it could not be written.
    func write(in directory: String) -> Bool {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(self) else { return false }
        return SmallFile.replace("\(directory)/\(Self.name)", with: String(decoding: data, as: UTF8.self) + "\n")
    }
}

/// A process that is a program of a cell, or was started by one: it has `CELL_DATA` in its environment.
package struct ProgramProcess: Sendable, Equatable {
    package var identity: ProcessIdentity
    /// `us-east-1/app`.
    package var name: String
    /// The process that led its session, which was its cell, runs no more.
    package var isOrphan: Bool

    /// Those of which `CELL_DATA` lies within a directory; links are followed on both sides. Looks at all processes of this
    /// user.
    package static func within(_ path: String) -> [ProgramProcess] {
        let prefix = real(path) + "/"
        var found: [ProgramProcess] = []
        for pid in ProcFile.pids() {
            guard pid != getpid(), let data = data(of: pid), let stat = ProcessStat(pid: pid), !stat.isDead,
                (real(data) + "/").hasPrefix(prefix)
            else { continue }
            // .../CELL/programs/SERVICE/data
            let parts = data.split(separator: "/").suffix(4)
            guard parts.count == 4, let cell = parts.first, let service = parts.dropFirst(2).first else { continue }
            let leader = ProcessStat(pid: stat.session)
            found.append(
                ProgramProcess(
                    identity: ProcessIdentity(pid: pid, startTime: stat.startTime), name: "\(cell)/\(service)",
                    isOrphan: leader?.isDead ?? true))
        }
        return found
    }

    private static func data(of pid: Int32) -> String? {
        guard let environment = ProcFile.read("/proc/\(pid)/environ", limit: 1 << 20) else { return nil }
        let key = Array("CELL_DATA=".utf8)
        return environment.split(separator: 0).first { $0.starts(with: key) }
            .map { String(decoding: $0.dropFirst(key.count), as: UTF8.self) }
    }

    /// The path without links; as it is where there is no such file.
    private static func real(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }
}
