import ControlPlane
import MeshBase
import Telemetry
import Topology

/// The logs of the processes of a mesh, merged by time.
struct LogHistory {
    struct Entry {
        /// Nanoseconds since 1970, UTC.
        var time: Int64
        /// `cell/us-east-1`, `router/r1`, `control`.
        var process: String
        var line: String
    }

    private var files: [(process: String, tail: FileTail, time: Int64)]

    /// - Parameter process: of this one alone; nil for all.
    init(_ mesh: DataDirectory, process: String? = nil) {
        files = Self.paths(mesh).filter { process == nil || $0.process == process }
            .map { ($0.process, FileTail(path: $0.path), .min) }
    }

    /// The processes that have a directory, and where each one's log is.
    static func paths(_ mesh: DataDirectory) -> [(process: String, path: String)] {
        [("control", mesh.controlLogPath)]
            + [(NodeRole.cell, "cells"), (.router, "routers")].flatMap { role, folder in
                SystemFile.names(in: "\(mesh.path)/\(folder)").map {
                    ("\(role.name)/\($0)", mesh.logPath(of: role, $0))
                }
            }
            + SystemFile.names(in: "\(mesh.path)/cells").flatMap { cell in
                let programs = mesh.directory(of: .cell, cell) + "/programs"
                return SystemFile.names(in: programs).map { ("program/\(cell)/\($0)", "\(programs)/\($0)/log") }
            }
    }

    /// What has come since the last call, oldest first; all that is on disk at the first one.
    mutating func next() -> [Entry] {
        var entries: [Entry] = []
        for position in files.indices {
            for line in files[position].tail.next() {
                let text = String(line) ?? ""
                // What has no time of its own (a crash, several lines of one message) belongs to the line before.
                let time = Timestamp.parse(text.prefix { $0 != " " }) ?? files[position].time
                files[position].time = time
                entries.append(Entry(time: time, process: files[position].process, line: text))
            }
        }
        return entries.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }
}
