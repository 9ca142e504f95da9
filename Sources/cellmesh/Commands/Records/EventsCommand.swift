import ArgumentParser
import MeshBase
import Telemetry

struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Tell what happened in a mesh.",
        discussion: """
            Merges the event logs of the control plane, every cell and every router by time; a running mesh is not \
            needed. An event is stamped where it happened. -o json prints one object per line (NDJSON).

              cellmesh events --since 5m
              cellmesh events --since 2026-03-01T12:00:00Z --type member -o json
              cellmesh events --follow
            """)

    @Option(help: ArgumentHelp("From then on: 5m, 2h, or a time (RFC 3339).", valueName: "time"))
    var since: Since?

    @Option(help: ArgumentHelp("Of this type alone: member, link, process, fault, ...", valueName: "type"))
    var type: String?

    @Option(help: ArgumentHelp("About this thing alone, such as a cell.", valueName: "name"))
    var id: String?

    @Flag(name: .shortAndLong, help: "Go on, with new events as they come.")
    var follow = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let filter = EventHistory.Filter(since: since?.time ?? .min, type: type, id: id)
        var history = EventHistory(try mesh.known(), filter)
        let first = history.next()
        show(first, console, isFirst: true)
        if first.isEmpty, !follow, console.format == .table { console.message("no events") }
        while follow {
            Pause.sleep(.milliseconds(200))
            show(history.next(), console, isFirst: false)
        }
    }

    private func show(_ entries: [EventHistory.Entry], _ console: Console, isFirst: Bool) {
        switch console.format {
        case .json: console.data(entries.map { $0.event.json(.compact) + "\n" }.joined())
        case .yaml: console.data(entries.isEmpty ? "" : JSONValue.array(entries.map(\.event)).yaml())
        case .name:
            console.data(
                entries.map { "\($0.event["type"].text ?? "event")/\($0.event["id"].text ?? "")\n" }.joined())
        case .table, .wide:
            guard !entries.isEmpty else { return }
            let style = TableStyle(isWide: console.format == .wide, hasColors: console.paintsData)
            let table = EventTable.render(entries, style)
            // The columns were named once.
            console.data(isFirst ? table : String(table.drop { $0 != "\n" }.dropFirst()))
        }
    }
}
