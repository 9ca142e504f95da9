import GRDB
import MeshBase

extension JournalTransaction {
    /// Stores what is known of a process, in place of what was known before.
    package func upsertProcess(_ process: JournalProcess) throws {
        try removeProcess(pid: process.pid, startTime: process.startTime)
        try requireRoom(in: "processes")
        let start = Int64(bitPattern: process.startTime)
        try db.execute(
            sql: "INSERT INTO processes(pid, start_time, name, role) VALUES(?, ?, ?, ?)",
            arguments: [process.pid, start, process.name, process.role.rawValue])
        for (position, address) in process.addresses.enumerated() {
            try db.execute(
                sql: "INSERT INTO addresses(pid, start_time, position, purpose, endpoint) VALUES(?, ?, ?, ?, ?)",
                arguments: [process.pid, start, position, address.purpose, address.endpoint.description])
        }
    }

    package func removeProcess(pid: Int32, startTime: UInt64) throws {
        for table in ["processes", "addresses"] {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE pid = ? AND start_time = ?",
                arguments: [pid, Int64(bitPattern: startTime)])
        }
    }

    /// All processes, by name, then by pid. Two of one name: the elder may still run.
    package func processes() throws -> [JournalProcess] {
        var found = try db.checkedRows(
            "SELECT pid, start_time, name, role FROM processes ORDER BY name, pid, start_time"
        ) { row in
            JournalProcess(
                pid: Int32(truncatingIfNeeded: try row.integer(0)), startTime: UInt64(bitPattern: try row.integer(1)),
                name: try row.text(2),
                role: try row.required(UInt8(exactly: try row.integer(3)).flatMap(NodeRole.init(rawValue:)), 3))
        }
        for index in found.indices {
            found[index].addresses = try db.checkedRows(
                "SELECT purpose, endpoint FROM addresses WHERE pid = ? AND start_time = ? ORDER BY position",
                [found[index].pid, Int64(bitPattern: found[index].startTime)]
            ) { row in
                JournalProcess.Address(
                    purpose: try row.text(0), endpoint: try row.required(Endpoint(try row.text(1)), 1))
            }
        }
        return found
    }
}
