import MeshBase
import Reports
import Store
import UVDriver
import Wire

/// Finds what a mesh has left behind, without its control plane, and tidies up. Never touches a process whose pid has
/// been given to another.
package struct Doctor {
    package let directory: DataDirectory

    package init(_ directory: DataDirectory) { self.directory = directory }

    /// Looks, and changes nothing.
    /// - Parameter readsStores: whether stores are looked into, which takes as long as they are large.
    package func examine(readsStores: Bool = true) -> DoctorReport {
        let holder = directory.controlHolder
        var findings: [DoctorReport.Finding] = []
        let journal = openJournal(&findings)
        defer { journal?.close() }
        let topology = try? directory.model()
        findings.append(contentsOf: fileFindings())
        let entries = ProcessLedger.entries(directory, topology, journal: journal)
        let ledger = Set(
            ((try? journal?.processes()) ?? []).map { ProcessIdentity(pid: $0.pid, startTime: $0.startTime) })
        var processes: [DoctorReport.Process] = []
        for entry in entries.sorted(by: { ($0.name, $0.identity.pid) < ($1.name, $1.identity.pid) }) {
            // An old process.json is no finding: the next life of the process writes a new one. Nor is what runs elsewhere:
            // whether it does, its host's agent knows.
            guard entry.identity.host == nil, entry.isRunning || ledger.contains(entry.identity) else { continue }
            processes.append(
                DoctorReport.Process(
                    name: entry.name.name, role: entry.name.role.name, pid: entry.identity.pid,
                    startTime: entry.identity.startTime,
                    condition: !entry.isRunning ? .gone : holder != nil ? .supervised : .leftover,
                    paused: entry.isRunning && entry.identity.isStopped))
        }
        for program in ProgramProcess.within(directory.path + "/cells") {
            processes.append(
                DoctorReport.Process(
                    name: program.name, role: "program", pid: program.identity.pid,
                    startTime: program.identity.startTime,
                    condition: holder != nil && !program.isOrphan ? .supervised : .leftover,
                    paused: program.identity.isStopped))
        }
        findings.append(contentsOf: controlFindings(holder))
        let running = Set(entries.filter(\.isRunning).map(\.name))
        if readsStores { findings.append(contentsOf: storeFindings(topology, running: running)) }
        return DoctorReport(
            mesh: directory.name, dataDirectory: directory.path, control: holder, processes: processes,
            findings: findings)
    }

    /// Files that the mesh cannot be started with, or reached.
    private func fileFindings() -> [DoctorReport.Finding] {
        func finding(
            _ code: String, hint: String? = nil, _ check: () throws(DataDirectoryError) -> Void
        ) -> DoctorReport.Finding? {
            do throws(DataDirectoryError) { try check() } catch {
                return .init(
                    code: code, message: "\(error)", hint: hint ?? "the mesh cannot be started with it as it is")
            }
            return nil
        }
        let madeAnew = "'cellmesh up' makes it anew, after 'cellmesh down' where something runs"
        return [
            finding("version") { () throws(DataDirectoryError) in try directory.checkVersion() },
            finding("data") { () throws(DataDirectoryError) in
                if directory.holdsStores { _ = try directory.model() } else { _ = try directory.knownModel() }
            },
            finding("secret", hint: SystemFile.exists(directory.secretPath) ? nil : madeAnew) {
                () throws(DataDirectoryError) in _ = try directory.secret()
            },
            finding("token", hint: SystemFile.exists(directory.tokenPath) ? nil : madeAnew) {
                () throws(DataDirectoryError) in _ = try directory.token()
            },
            finding(
                "placement", hint: MeshPreparation.mayMakePlacement(directory) ? "'cellmesh up' makes it anew" : nil
            ) {
                () throws(DataDirectoryError) in
                if SystemFile.exists(directory.placementPath) { _ = try directory.placement() }
            },
            finding("keys") { () throws(DataDirectoryError) in _ = try directory.gossipKeys() },
            finding("place") { () throws(DataDirectoryError) in try directory.checkPlaces() },
        ].compactMap { $0 } + placeFindings()
    }

    /// Directories where a process needs a file to start.
    private func placeFindings() -> [DoctorReport.Finding] {
        [NodeRole.cell, .router].flatMap { role in
            SystemFile.names(in: "\(directory.path)/\(role.name)s").sorted().flatMap { name in
                [directory.logPath(of: role, name), directory.directory(of: role, name) + "/process.lock"]
                    .filter { SystemFile.isDirectory($0) }.map {
                        .init(
                            code: "place", message: "\($0) is a directory, and \(name) cannot be started with it",
                            hint: "remove it: it is made anew")
                    }
            }
        }
    }

    private func openJournal(_ findings: inout [DoctorReport.Finding]) -> Journal? {
        guard SystemFile.exists(directory.journalPath) else { return nil }
        func finding(_ message: String) -> DoctorReport.Finding {
            .init(code: "journal", message: message, hint: "processes are found by their own files meanwhile")
        }
        do throws(StoreOpenError) {
            let journal = try Journal(path: directory.journalPath)
            if let damage = journal.damage {
                let error = DataDirectoryError.damaged(path: directory.journalPath, reason: damage)
                findings.append(finding("\(error)"))
            }
            return journal
        } catch {
            if !SystemFile.isDirectory(directory.journalPath) { findings.append(finding("\(error)")) }
            return nil
        }
    }

    private func controlFindings(_ holder: Int32?) -> [DoctorReport.Finding] {
        func unread(_ reason: String) -> [DoctorReport.Finding] {
            // One that starts has not written it yet.
            guard let holder, let age = ProcessIdentity(pid: holder)?.age,
                age > .seconds(30) || reason != "it is missing"
            else { return [] }
            return [
                .init(
                    code: "control-file",
                    message:
                        "\(directory.controlPath): \(reason), and the control plane that runs (pid \(holder)) cannot be "
                        + "reached", hint: "'cellmesh down', then 'cellmesh up'")
            ]
        }
        let known: ControlFile?
        do throws(DataDirectoryError) { known = try directory.control() } catch { return unread("\(error)") }
        guard let file = known else { return unread("it is missing") }
        guard let holder else {
            return [
                .init(
                    code: "stale-control-file",
                    message: "\(directory.controlPath) names a control plane that runs no more",
                    hint: "'cellmesh up' takes over what runs, 'cellmesh down' or 'doctor --reap' ends it")
            ]
        }
        guard let endpoint = file.apiEndpoint else { return [] }
        let answer = BlockingHTTPClient.send(HTTPOutgoing(.get, endpoint, "/livez"), timeout: .seconds(1))
        if case .success(let answer) = answer, answer.isSuccess { return [] }
        return [
            .init(
                code: "control-stuck", message: "the control plane (pid \(holder)) does not answer at \(file.api)",
                hint: "'kill -CONT \(holder)' if it was stopped; else 'kill -9 \(holder)', then 'cellmesh up'")
        ]
    }

    /// Ends every leftover and removes what is stale. Nothing where a control plane runs.
    package func reap(patience: TimeAmount = .seconds(2), readsStores: Bool = true) -> DoctorReport {
        // Held while ending them, so that no `up` starts to adopt them meanwhile.
        guard directory.controlHolder == nil else { return examine(readsStores: readsStores) }
        let lock: FileLock?
        do throws(UVError) { lock = try FileLock(path: directory.lockPath) } catch {
            if error.name == "EAGAIN" { return examine(readsStores: readsStores) }
            // Nobody can lock it, so nobody can start to adopt them either.
            lock = nil
        }
        defer { lock?.release() }
        var report = examineUnlocked(readsStores: readsStores)
        let left = report.leftovers.map(\.identity)
        // Routers first: customers are turned away before their cells go.
        let routers = report.leftovers.filter { $0.role == NodeRole.router.name }.map(\.identity)
        var survivors = Set(Reaper.end(routers, with: .terminate, patience: patience))
        survivors.formUnion(Reaper.end(left.filter { !routers.contains($0) }, with: .terminate, patience: patience))
        for index in report.processes.indices where left.contains(report.processes[index].identity) {
            report.processes[index].condition =
                survivors.contains(report.processes[index].identity) ? .unreapable : .reaped
        }
        if let journal = try? Journal(path: directory.journalPath) {
            var ledger = SupervisorJournal(journal)
            ledger.forget(report.processes.map(\.identity).filter { !survivors.contains($0) })
            ledger.clearIntents(routers: SystemFile.names(in: directory.path + "/routers"))
            journal.close()
        }
        directory.removeControl()
        report.processes.removeAll { $0.condition == .gone }
        report.findings.removeAll { $0.code == "stale-control-file" }
        return report
    }

    /// As `examine`, while this very process holds the lock.
    private func examineUnlocked(readsStores: Bool) -> DoctorReport {
        var report = examine(readsStores: readsStores)
        report.control = nil
        for index in report.processes.indices where report.processes[index].condition == .supervised {
            report.processes[index].condition = .leftover
        }
        report.findings.removeAll { $0.code == "control-stuck" }
        return report
    }
}
