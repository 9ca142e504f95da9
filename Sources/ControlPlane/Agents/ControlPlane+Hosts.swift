import MeshBase
import Reports
import Store
import Telemetry
import Topology
import UVDriver

/// Which processes run on which other host.
package final class HostMap {
    private let regions: [String]
    private var positions: [ProcessName: Int] = [:]

    init(_ regions: [String], _ topology: MeshTopology) {
        self.regions = regions
        follow(topology)
    }

    /// The mesh has further cells.
    func follow(_ topology: MeshTopology) {
        guard !regions.isEmpty else { return }
        for cell in topology.cells {
            if let host = regions.firstIndex(of: topology.regions[cell.region].name) {
                positions[ProcessName(.cell, cell.name)] = host
            }
        }
    }

    subscript(name: ProcessName) -> Int? { positions[name] }
}

/// Cells of other hosts: taken over when their agent tells of them, started when it tells of none.
extension ControlPlane {
    /// Which control plane this is, over its lives: agents obey one at a time.
    static func controller(_ journal: Journal) throws(StoreError) -> String {
        try journal.write { transaction in
            if let known = try transaction.meta("controller") { return known }
            let new = String(SecretText.randomInteger() as UInt64, radix: 16)
            try transaction.setMeta("controller", new)
            return new
        }
    }

    func beginHosts() {
        guard !driver.links.isEmpty else { return }
        for link in driver.links {
            let host = link.mirror.host
            link.mirror.onInventory = { [unowned self] in found($0, on: host) }
            link.mirror.onGone = { [unowned self] in lost(host) }
        }
        driver.begin()
    }

    /// A host is there, or there again, and runs these that nobody watches.
    private func found(_ processes: [AgentProcess], on host: Int) {
        guard !isStopping else { return }
        let link = driver.links[host]
        note("host-found", ["unwatched": processes.count], of: link.region)
        let names = names(on: host)
        supervisor.hostIsBack(names)
        var missing: [ProcessName] = []
        for name in names {
            guard let process = supervisor[name], !process.isRunning else { continue }
            let running = processes.filter { $0.name == name.name }.sorted { $0.started < $1.started }
            let newest = process.isHeldDown ? nil : running.last { $0.readyLine != nil }
            for other in running where other != newest { link.mirror.end(other) }
            guard !process.isHeldDown else { continue }
            guard let newest, let line = newest.readyLine else {
                if !unused.contains(name) { missing.append(name) }
                continue
            }
            let identity = ProcessIdentity(host: host, token: newest.token)
            let entry = LedgerEntry(name, identity, isRunning: true, addresses: line.addresses)
            do throws(SpawnFailure) {
                try supervisor.adopt(entry, pausedUntil: adoption.pausedElsewhere[identity])
                if !isReady { adopted.insert(name) }
            } catch { missing.append(name) }
        }
        supervisor.start(missing)
        checkStart()
    }

    package func page(_ page: HostPage, completion: @escaping (Result<HostPageReport, APIFailure>) -> Void) {
        driver.ask(page, completion)
    }

    private func lost(_ host: Int) {
        let link = driver.links[host]
        let names = names(on: host)
        note("host-gone", ["processes": names.count], of: link.region, why: link.reason)
        supervisor.hostIsGone(names, link.reason)
        checkStart()
    }

    private func names(on host: Int) -> [ProcessName] { topology.processNames.filter { hostMap[$0] == host } }

    /// What only the agent of another host sees.
    func tellElsewhere(_ process: SupervisedProcess, in row: inout ProcessesReport.Row) {
        guard let told = process.identity.flatMap({ driver.process($0) }) else { return }
        row.pid = told.pid > 0 ? told.pid : nil
        row.processorMilliseconds = told.processor
        (row.residentBytes, row.proportionalBytes) = (told.resident, told.proportional)
        row.started = Timestamp.string(told.started)
    }
}
