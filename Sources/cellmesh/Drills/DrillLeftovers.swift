import ControlPlane
import Drills
import Glibc
import MeshBase
import Reports
import Telemetry
import UVDriver

/// What a drill that was killed has left in force: it stands in `drill.json` of the mesh's directory, and the next drill takes
/// it back before it begins.
struct DrillLeftovers {
    let mesh: DataDirectory
    private var path: String { mesh.path + "/drill.json" }
    /// The same of a drill that has ended by itself, where no file can be written any more.
    private var endedPath: String { mesh.path + "/drill.ended.json" }

    init(_ mesh: DataDirectory) { self.mesh = mesh }

    func note(_ trace: DrillTrace) throws(FileFailure) { try SystemFile.replace(path, with: ReportJSON.encode(trace)) }

    /// Of a drill that ends with something in force. A full disk keeps no new file, and lets one have another name.
    func noteEnd(_ trace: DrillTrace) {
        do throws(FileFailure) { try note(trace) } catch { _ = rename(path, endedPath) }
    }

    func forget() { for path in [path, endedPath] { _ = try? SystemFile.remove(path) } }

    /// Nil where there is nothing, or nothing that can be read.
    var trace: DrillTrace? {
        if let trace = read(path) { return trace }
        guard var trace = read(endedPath) else { return nil }
        trace.isOver = true
        return trace
    }

    private func read(_ path: String) -> DrillTrace? {
        ((try? SystemFile.readOwn(path, most: 1 << 20)) ?? nil).flatMap { ReportJSON.decode(DrillTrace.self, $0) }
    }

    /// What somebody should know who looks at the mesh; nil where no drill was killed.
    var notice: (text: String, next: String)? {
        guard let trace, (try? FileLock.holder(of: mesh.drillLockPath)) == .some(nil) else { return nil }
        if trace.isBefore {
            return (
                "\(Self.fate(trace)): it had nothing in force, and the next drill tidies up "
                    + "what its load has written", "cellmesh conflicts ls"
            )
        }
        let (isOpen, next) = trace.marks.region.map { (true, "cellmesh restore \($0)") } ?? (false, "cellmesh heal")
        return (
            "\(Self.fate(trace)): the next drill takes back what it has in "
                + "force" + (isOpen ? "" : ", unless its lease has ended it"),
            next
        )
    }

    private static func fate(_ trace: DrillTrace) -> String {
        name(trace)
            + (trace.isOver == true ? " ended with something in force" : " was killed in its step '\(trace.step)'")
    }

    private static func name(_ trace: DrillTrace) -> String {
        "the drill '\(trace.report.drill)' of \(trace.report.began)"
    }

    /// Takes back what there is, keeps the report of the drill that left it, and says both.
    func takeBack(_ console: Console) throws {
        guard SystemFile.exists(path) || SystemFile.exists(endedPath) else { return }
        guard let trace else {
            console.message("warning: \(path), of a drill that was killed, cannot be read, and is removed")
            return forget()
        }
        console.message("\(Self.fate(trace)); taking back ...")
        let drillMesh = try DrillMesh(mesh)
        var done: [String] = []
        if trace.isBefore {
            done.append("it had nothing in force yet")
        } else {
            done += try endFaults(trace, drillMesh)
            if let back = try bringBack(trace, drillMesh, console) { done.append(back) }
            if trace.marks.downCells ?? false { done.append(try drillMesh.restartDown()) }
            if done.isEmpty { done.append("nothing of it was in force any more") }
        }
        try drillMesh.awaitCells(nil, .seconds(30), heedsInterruption: true)
        _ = try DrillWait.until(.seconds(30)) { try MeshStatus(drillMesh.api).state == "serving" }
        done.append(try drillMesh.tidy())
        let detail = done.joined(separator: "; ")
        var kept = ""
        do {
            // One that ended by itself has kept it.
            if DrillShelf(mesh).report(trace.report.id) == nil {
                _ = try DrillShelf(mesh).keep(trace.ended(detail, after: age(trace)))
            }
            kept = "; its report: cellmesh drill show \(trace.report.id)"
        } catch { console.message("warning: its report could not be kept: \(error)") }
        forget()
        console.message("  \(detail)\(kept)")
    }

    /// Milliseconds since it began; nil where that cannot be read.
    private func age(_ trace: DrillTrace) -> Double? {
        Timestamp.parse(trace.report.began).map { Double(max(WallClock.now() - $0, 0)) / 1_000_000 }
    }

    /// Ends its faults, by their ids; where it was killed before it knew one, that on the same targets that is no older.
    private func endFaults(_ trace: DrillTrace, _ mesh: DrillMesh) throws -> [String] {
        guard !trace.marks.faults.isEmpty else { return [] }
        let faults = try mesh.faults()
        return try trace.marks.faults.map { mark in
            let own = mesh.own(mark, in: faults, since: trace.report.began)
            let what = ["partition", "blackhole"].contains(mark.kind) ? "cut" : mark.kind
            guard let id = own?.id else { return "its \(what) was in force no more" }
            try mesh.endFault(id)
            return "its \(what) \(id) was ended"
        }
    }

    /// Takes its plan back, or restores the region: where the last plan that began is its own.
    private func bringBack(_ trace: DrillTrace, _ drillMesh: DrillMesh, _ console: Console) throws -> String? {
        guard let region = trace.marks.region else { return nil }
        var journal = JournalTail(mesh)
        let last = journal.next().map(\.event).last { $0.type == "evacuation" && $0.action == "began" }
        guard let last, last.id == region else { return "its evacuation had not begun" }
        guard trace.marks.owns(last.attributes["plan"]?.text, isSince: last.time >= trace.report.began) else {
            return "\(region) had been taken over by somebody else's plan, and is left as it is"
        }
        var trace = trace
        // Whoever comes after this process knows its way back too.
        let done = try drillMesh.bringBack(region, heedsInterruption: true) { plan in
            if let plan { trace.marks.plan = plan } else { trace.marks.ask(about: region) }
            try? note(trace)
        }
        return "\(region): \(done)"
    }
}
