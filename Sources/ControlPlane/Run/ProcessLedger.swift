import MeshBase
import Store
import Topology
import UVDriver

/// The processes that a mesh has left traces of: in the journal, and in the files that they write themselves.
package enum ProcessLedger {
    /// Every process that is named anywhere, each identity once, with whether it runs.
    ///
    /// - Parameters:
    ///   - topology: names the directories to look into; nil: every directory there is.
    ///   - journal: nil where it cannot be opened; the files then say most.
    package static func entries(
        _ directory: DataDirectory, _ topology: MeshTopology?, journal: Journal?
    ) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        var positions: [ProcessIdentity: Int] = [:]
        func add(_ name: ProcessName, _ identity: ProcessIdentity, _ addresses: ProcessAddresses) {
            if let position = positions[identity] {
                if addresses != ProcessAddresses() { entries[position].addresses = addresses }
                return
            }
            positions[identity] = entries.count
            entries.append(LedgerEntry(name, identity, isRunning: identity.isRunning, addresses: addresses))
        }
        for process in (try? journal?.processes()) ?? [] {
            add(
                ProcessName(process.role, process.name),
                ProcessIdentity(pid: process.pid, startTime: process.startTime), process.processAddresses)
        }
        var names = topology?.processNames ?? []
        for (role, folder) in [(NodeRole.cell, "cells"), (.router, "routers")] {
            for name in SystemFile.names(in: "\(directory.path)/\(folder)") { names.append(ProcessName(role, name)) }
        }
        var seen: Set<ProcessName> = []
        for name in names where seen.insert(name).inserted {
            // A file says what anybody wrote into it: only a process of this program that was started on this directory is
            // one of the mesh's.
            if let file = directory.process(name.role, name.name),
                !file.identity.isRunning || file.identity.isOfThisProgram && file.identity.usesData(in: directory.path)
            {
                add(name, file.identity, file.addresses)
            }
        }
        return entries
    }
}

extension JournalProcess {
    var processAddresses: ProcessAddresses {
        func endpoint(_ purpose: String) -> Endpoint? { addresses.first { $0.purpose == purpose }?.endpoint }
        return ProcessAddresses(data: endpoint("mesh"), admin: endpoint("admin"), gossip: endpoint("gossip"))
    }
}
