import MeshBase
import Sharding
import Store
import Topology
import UVDriver

/// Brings a data directory into the state that a control plane starts from. Whoever calls holds the lock.
package enum MeshPreparation {
    /// No mesh has ever been in this directory, so that stores which are made now lack nothing.
    private static func isNew(_ directory: DataDirectory) -> Bool {
        !SystemFile.exists(directory.modelPath) && !SystemFile.exists(directory.journalPath)
            && SystemFile.names(in: directory.path + "/cells").isEmpty
    }

    /// Creates what is missing and writes the model and, where there is none that fits, a new placement.
    ///
    /// - Returns: the placement in force.
    package static func prepare(
        _ directory: DataDirectory, _ topology: MeshTopology
    ) throws(ControlFailure) -> PlacementTable {
        let isNew = isNew(directory)
        var known: MeshTopology?
        do throws(DataDirectoryError) {
            try directory.create()
            known = try? directory.model()
        } catch { throw .data(error) }
        if let known, known != topology {
            let journal = try? Journal(path: directory.journalPath)
            let running = ProcessLedger.entries(directory, known, journal: journal).count { $0.isRunning }
            if running > 0 { throw .otherTopology(mesh: directory.name, running: running) }
        }
        do throws(DataDirectoryError) {
            try directory.createProcessDirectories(topology)
        } catch { throw .data(error) }
        if isNew { try found(directory, topology) }
        do throws(DataDirectoryError) {
            if known != topology { try directory.writeModel(topology) }
            if let table = try? directory.placement(), (try? Placement(topology, table: table)) != nil { return table }
            let table = PlacementTable()
            try directory.writePlacement(table)
            return table
        } catch { throw .data(error) }
    }

    private static func found(_ directory: DataDirectory, _ topology: MeshTopology) throws(ControlFailure) {
        do {
            let journal = try Journal(path: directory.journalPath)
            defer { journal.close() }
            try SupervisorJournal(journal).found(topology)
        } catch { throw ControlFailure(error) }
    }
}
