import ArgumentParser
import ControlPlane
import Evacuation
import MeshBase
import Reports

struct EvacuationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evacuation", abstract: "Look at, hold or take back the evacuation or restore under way.",
        subcommands: [
            EvacuationStatusCommand.self, EvacuationPauseCommand.self, EvacuationResumeCommand.self,
            EvacuationAbortCommand.self,
        ])
}

struct EvacuationStatusCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell how far the evacuation or restore is, or how the last one ended.",
        discussion: """
            Where the control plane is down, tells what its journal and the placement that the processes keep say, and \
            exits with 3 (4 where the mesh does not run). With --watch, goes on until it has ended.

              cellmesh evacuation status
              cellmesh evacuation status --watch
              cellmesh evacuation status -o json
            """)

    @OptionGroup var watch: WatchOptions

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.known()
        guard directory.controlHolder != nil else { return try showStored(directory, console) }
        if watch.isOn {
            var isUnderWay = true
            return try watch.show(console, until: { _ in !isUnderWay }) {
                let status: EvacuationStatus = try Waiting.forControl(directory, .seconds(5)).get("/v1/evacuations")
                isUnderWay = status.isUnderWay
                return EvacuationView.status(status)
            }
        }
        let status: EvacuationStatus
        do { status = try Waiting.forControl(directory, .seconds(1)).get("/v1/evacuations") } catch {
            // It may have ended while it was asked; a process that was killed takes a moment to be gone.
            for _ in 0..<20 where directory.controlHolder != nil { Pause.sleep(.milliseconds(25)) }
            guard directory.controlHolder == nil else { throw error }
            return try showStored(directory, console)
        }
        console.show(EvacuationView.status(status))
        switch status.outcome {
        case .running: console.next("cellmesh evacuation status --watch")
        case .paused: console.next("cellmesh evacuation resume")
        default:
            // Of what has ended only what it has left counts: a region may have been taken back since.
            if let left = try MeshStatus(Waiting.forControl(directory, .seconds(1))).remedy { console.next(left) }
        }
    }

    private func showStored(_ directory: DataDirectory, _ console: Console) throws {
        console.show(EvacuationView.status(StoredEvacuation.status(directory, try StoredMesh(directory))))
        throw CommandFailure(
            directory.isAlive ? .unhealthy : .noSuchMesh,
            directory.isAlive
                ? "the control plane of mesh '\(directory.name)' does not run: this is what it has left"
                : "mesh '\(directory.name)' does not run: this is what it has left",
            hint: "what is under way goes on when a control plane is back",
            next: "cellmesh up --mesh \(directory.name) --detach")
    }
}

struct EvacuationPauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let no further customers begin to move.",
        discussion: """
            Those under way come to their end; nothing is taken back.

              cellmesh evacuation pause
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try EvacuationControl.run(.pause, mesh, output.console)
        output.console.next("cellmesh evacuation resume")
    }
}

struct EvacuationResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on with what was paused.", discussion: "  cellmesh evacuation resume")

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try EvacuationControl.run(.resume, mesh, output.console)
        output.console.next("cellmesh evacuation status --watch")
    }
}

struct EvacuationAbortCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "Take back all that has moved.",
        discussion: """
            Customers who have moved return to the shards that they had, with what was written meanwhile. Refused once \
            all have moved and the region is being released: then only 'restore' leads back.

              cellmesh evacuation abort
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try EvacuationControl.run(.abort, mesh, output.console)
        output.console.next("cellmesh evacuation status --watch")
    }
}

/// What pause, resume and abort have in common.
enum EvacuationControl {
    static func run(_ change: EvacuationChange, _ mesh: MeshOptions, _ console: Console) throws {
        let api = try Waiting.forControl(mesh.running(), .seconds(1))
        let status = try api.post(
            "/v1/evacuations/\(change.rawValue)", EmptyBody(), as: EvacuationStatus.self, timeout: .seconds(30))
        console.show(EvacuationView.status(status))
    }
}
