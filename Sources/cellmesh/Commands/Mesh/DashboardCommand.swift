import ArgumentParser
import ControlPlane
import Reports

struct DashboardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard", abstract: "Print the address of a page that shows the mesh, or a recording of one.",
        discussion: """
            The address lets one browser in, within a minute; its pass is good for twelve hours. With --read-only the \
            page changes nothing. --record writes down what the page would be told, until Ctrl-C or 256 MiB; with the \
            file's name that is shown later, until Ctrl-C.

              cellmesh dashboard --open
              cellmesh dashboard --record kill.ndjson
              cellmesh dashboard kill.ndjson --open
            """)

    @Argument(help: ArgumentHelp("A recording to be shown in place of a mesh.", valueName: "file"))
    var recording: String?

    @Option(help: ArgumentHelp("Write a recording of the mesh.", valueName: "file"))
    var record: String?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Open it in a browser (xdg-open).")
    var open = false

    @Flag(help: "A page that only shows.")
    var readOnly = false

    private static var noBrowser: CommandFailure {
        CommandFailure("no browser could be opened; open the address yourself, within a minute")
    }

    func validate() throws {
        guard record == nil || (recording == nil && !open && !readOnly) else {
            throw ValidationError("--record shows nothing: give it alone")
        }
        guard recording == nil || mesh.name == nil else {
            throw ValidationError("a recording is of its own mesh: leave --mesh out")
        }
    }

    func run() throws {
        if let record { return try write(record) }
        if let recording { return try play(recording) }
        let api = try APIClient(mesh.running())
        let ticket: TicketReport = try api.post("/v1/tickets", TicketRequest(isReadOnly: readOnly))
        let address = "\(api.address)/ui#t=\(ticket.ticket)"
        output.console.show(
            DashboardView.make(
                DashboardReport(address: address, isReadOnly: readOnly, valid: ticket.valid)))
        if open { try Browser.open(address, or: Self.noBrowser) }
    }

    private func write(_ path: String) throws {
        Interruption.note()
        let mesh = try mesh.running()
        output.console.message("recording \(mesh.name) to \(path); Ctrl-C ends it")
        let outcome = try FeedRecorder.record(mesh, to: path)
        output.console.show(
            RecordingView.make(
                RecordingReport(
                    file: path, bytes: outcome.bytes, states: outcome.states, reason: outcome.reason)))
        output.console.next("cellmesh dashboard \(path)")
    }

    private func play(_ path: String) throws {
        let server: ReplayServer
        do { server = try ReplayServer(path) } catch let refusal as ReplayServer.Refusal {
            throw CommandFailure(refusal.description, hint: "recordings are made by 'cellmesh dashboard --record FILE'")
        }
        let ticket = server.ticket()
        let address = "\(server.address)/ui#t=\(ticket.ticket)"
        output.console.show(
            DashboardView.make(DashboardReport(address: address, isReadOnly: true, valid: ticket.valid)))
        if let damage = server.damage { output.console.message("warning: \(damage); it is shown up to there") }
        output.console.message("serving the recording; Ctrl-C ends it")
        if open { try Browser.open(address, or: Self.noBrowser) }
        server.run()
    }
}
