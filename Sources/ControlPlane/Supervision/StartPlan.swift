import Topology
import UVDriver

/// A process that a ledger or `process.json` names.
package struct LedgerEntry: Sendable, Equatable {
    package var name: ProcessName
    package var identity: ProcessIdentity
    /// Whether exactly this process runs now.
    package var isRunning: Bool
    package var addresses: ProcessAddresses
    /// It runs and did not answer in time. It may be busy, or out of descriptors, and serve all the same.
    package var isSilent: Bool

    package init(
        _ name: ProcessName, _ identity: ProcessIdentity, isRunning: Bool,
        addresses: ProcessAddresses = ProcessAddresses(), isSilent: Bool = false
    ) {
        self.isSilent = isSilent
        self.name = name
        self.identity = identity
        self.isRunning = isRunning
        self.addresses = addresses
    }
}

/// What a control plane does with the processes that it finds and those that it wants, decided before anything is done.
package struct StartPlan: Sendable, Equatable {
    /// Running processes to take over.
    package var adopt: [LedgerEntry] = []
    package var spawn: [ProcessName] = []
    /// Killed on purpose, and until when (nanoseconds since 1970; `.max`: until someone restarts it).
    package var heldDown: [HeldDown] = []
    /// Running processes that must end: a killed one that lives, an older one of the same name, one that the topology
    /// does not have, one that never came so far as to say where it answers. Never one for its silence alone: busy is
    /// not dead.
    package var end: [LedgerEntry] = []
    /// Ledger rows of processes that run no more.
    package var forget: [ProcessIdentity] = []

    package struct HeldDown: Sendable, Equatable {
        package var name: ProcessName
        package var until: Int64
    }

    /// - Parameters:
    ///   - wanted: every process of the topology.
    ///   - ledger: in any order; an identity may occur twice.
    ///   - killed: names that were killed on purpose, and until when.
    ///   - now: nanoseconds since 1970.
    package init(
        wanted: [ProcessName], ledger: [LedgerEntry], killed: [ProcessName: Int64], now: Int64
    ) {
        var running: [ProcessName: [LedgerEntry]] = [:]
        var seen: Set<ProcessIdentity> = []
        for entry in ledger where seen.insert(entry.identity).inserted {
            if entry.isRunning { running[entry.name, default: []].append(entry) } else { forget.append(entry.identity) }
        }
        for name in wanted {
            let found = running.removeValue(forKey: name) ?? []
            end.append(contentsOf: found.filter { $0.addresses.admin == nil })
            let candidates = found.filter { $0.addresses.admin != nil }
                .sorted { ($0.identity.startTime, $0.identity.pid) < ($1.identity.startTime, $1.identity.pid) }
            let until = killed[name] ?? .min
            if until > now {
                heldDown.append(HeldDown(name: name, until: until))
                end.append(contentsOf: candidates)
            } else if let newest = candidates.last {
                adopt.append(newest)
                end.append(contentsOf: candidates.dropLast())
            } else {
                spawn.append(name)
            }
        }
        for name in running.keys.sorted() { end.append(contentsOf: running[name] ?? []) }
    }
}
