import Drills
import Reports
import UVDriver

/// Why a report could not be kept, or removed.
package struct ReportFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// A sentence.
    package let description: String

    init(_ description: String) { self.description = description }
}

/// The reports of a mesh: `reports/ID/` in its data directory, with `report.json` in each. A report is there whole or not at
/// all, whatever ends the program that writes it.
package struct ReportStore: Sendable {
    /// The name of the mesh.
    package let mesh: String
    /// Of the directory that they lie in.
    package let path: String
    /// Puts a file to the disk; for tests another one.
    package var write: @Sendable (_ path: String, _ content: [UInt8]) throws -> Void = {
        try SystemFile.replace($0, with: $1)
    }

    /// Beside the files of a report: somebody keeps it.
    private static let mark = "kept"
    /// What a report begins as, and ends as: these are no ids, and nobody reads them.
    private static let beginnings = [".new-", ".old-"]

    /// Those of a mesh; there need be none.
    package init(_ mesh: DataDirectory) { (self.mesh, path) = (mesh.name, mesh.path + "/reports") }

    /// Newest first.
    package var ids: [String] { ReportShelf.sorted(SystemFile.names(in: path)) }

    /// Where a report lies, or would.
    package func directory(of id: String) -> String { "\(path)/\(id)" }
    /// Whether it stays whatever comes after it.
    package func isKept(_ id: String) -> Bool { holds(Self.mark, id) }

    /// Whether a report has a file.
    package func holds(_ name: String, _ id: String) -> Bool { SystemFile.exists("\(directory(of: id))/\(name)") }
    /// Of all its files.
    package func bytes(of id: String) -> Int { SystemFile.bytes(in: directory(of: id)) }

    /// A file of a report; nil where there is none.
    package func file(_ name: String, of id: String) -> [UInt8]? {
        guard ReportShelf.isID(id), !SystemFile.isDirectory("\(directory(of: id))/\(name)") else { return nil }
        return (try? SystemFile.readOwn("\(directory(of: id))/\(name)")) ?? nil
    }

    /// The newest report that is meant by an id, by a kind or a drill, or by `last`.
    package func find(_ wanted: String) -> String? {
        let ids = ids
        guard wanted == "last", let first = ids.first, let begun = report(first)?.begun else {
            return ReportShelf.find(wanted, among: ids)
        }
        // What began within a game day, or within a drill, is a part of it.
        let whole = [ReportShelf.find(RunReport.Kind.gameday.rawValue, among: ids), drillIDs.first].compactMap { $0 }
        return whole.first { $0 != first && report($0)?.ended ?? "" >= begun } ?? first
    }

    /// A report in the form that all have, drills' too; nil for one that cannot be read.
    package func report(_ id: String) -> RunReport? {
        guard let content = file("report.json", of: id) else { return nil }
        return ReportJSON.decode(RunReport.self, content)
            ?? ReportJSON.decode(DrillReport.self, content).map { RunReport($0) }
    }

    /// What a report saw from second to second; nil where it has no such thing.
    package func series(_ id: String) -> RunSeries? {
        file("series.json", of: id).flatMap { ReportJSON.decode(RunSeries.self, $0) }
    }

    /// Adds a report; the oldest that are too many go for it, once it is there.
    ///
    /// - Parameters:
    ///   - id: of which there is no report yet; see `freeID`.
    ///   - files: each by its name.
    /// - Throws: where the disk is full, say; nothing of the report is left then.
    package func add(_ id: String, _ files: [(name: String, content: [UInt8])]) throws {
        let own = ProcessIdentity.current
        let temporary = "\(path)/\(Self.beginnings[0])\(own.pid)-\(own.startTime)"
        do {
            try SystemFile.makeDirectory(path)
            sweep()
            SystemFile.removeFiles(in: temporary)
            try SystemFile.makeDirectory(temporary)
            for file in files { try write("\(temporary)/\(file.name)", file.content) }
            try SystemFile.move(temporary, to: directory(of: id))
        } catch {
            SystemFile.removeFiles(in: temporary)
            throw ReportFailure("the report cannot be kept, and nothing of it is left: \(error)")
        }
        prune()
    }

    /// An id of which there is no report. Ids sort as time does: one that is taken gives way to the next millisecond.
    ///
    /// - Parameters:
    ///   - kind: what it ends in.
    ///   - wall: when what it is of began, nanoseconds since 1970.
    package func freeID(_ kind: String, wall start: Int64) -> String {
        var wall = start
        var id = ReportShelf.id(of: kind, wall: ReportTime.string(wall))
        while SystemFile.exists(directory(of: id)) {
            wall += 1_000_000
            id = ReportShelf.id(of: kind, wall: ReportTime.string(wall))
        }
        return id
    }

    /// Removes what programs have left that were killed while they wrote or removed.
    private func sweep() {
        for name in SystemFile.names(in: path) {
            guard let start = Self.beginnings.first(where: { name.hasPrefix($0) }) else { continue }
            let parts = name.dropFirst(start.count).split(separator: "-")
            guard parts.count >= 2, let pid = Int32(parts[0]), let time = UInt64(parts[1]),
                !ProcessIdentity(pid: pid, startTime: time).isRunning
            else { continue }
            SystemFile.removeFiles(in: "\(path)/\(name)")
        }
    }

    private func prune() {
        let entries = ids.map { ReportShelf.Entry(id: $0, bytes: bytes(of: $0), isKept: isKept($0)) }
        for id in ReportShelf.excess(entries) { try? remove(id) }
    }

    /// Makes a report stay whatever comes after it, or no longer.
    package func keep(_ id: String, _ isKept: Bool) throws {
        let path = "\(directory(of: id))/\(Self.mark)"
        do {
            if isKept { try SystemFile.replace(path, with: []) } else { try SystemFile.remove(path) }
        } catch { throw ReportFailure("\(error)") }
    }

    /// Nobody sees half of one: first it is no report any more.
    package func remove(_ id: String) throws {
        let own = ProcessIdentity.current
        let gone = "\(path)/\(Self.beginnings[1])\(own.pid)-\(own.startTime)-\(id)"
        do { try SystemFile.move(directory(of: id), to: gone) } catch {
            throw ReportFailure("the report '\(id)' cannot be removed: \(error)")
        }
        SystemFile.removeFiles(in: gone)
    }
}
