import ArgumentParser
import Glibc
import MeshBase
import Terminal

extension TopView: ExpressibleByArgument {}

struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Show the mesh on the whole screen, as it goes.",
        discussion: """
            Cells with their load, requests and who doubts them; customers as observed|predicted; breakers, faults, members \
            and traces. Keys kill, pause, inject faults and evacuate: each says first what it would do, and asks. '?' lists \
            the keys. It goes on without the control plane, says how old its figures are, and comes back with it. Without a \
            terminal, and with --once, one table is printed; with -o json a document each tick.

              cellmesh top
              cellmesh top breakers --read-only
              cellmesh top --once -o json
              cellmesh top customers --once
            """)

    @Argument(help: "cells, customers, services, breakers, faults, members or traces.")
    var view = TopView.cells

    @Option(help: ArgumentHelp("From one look to the next, 200ms to 10s.", valueName: "duration"))
    var every = DurationArgument(.seconds(1))

    @Flag(help: "Print it once, and end.")
    var once = false

    @Flag(help: "Offer no action.")
    var readOnly = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard every.amount >= .milliseconds(200), every.amount <= .seconds(10) else {
            throw ValidationError("--every is 200ms to 10s")
        }
    }

    func run() throws {
        let console = output.console
        let directory = try mesh.running()
        let model = TopModel(view: view, period: Int(every.milliseconds), isReadOnly: readOnly)
        let term = Console.variable("TERM")
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { Console.variable($0) }.first { !$0.isEmpty }
        let charset = Charset(term: term, locale: locale)
        guard !once, console.format == .table || console.format == .wide, let path = TerminalDevice.path(term: term)
        else {
            try TopPlain(directory, model, console, charset: charset, isOnce: once).run()
            return
        }
        let session = try TopSession(
            directory, path: path, model, charset: charset, hasColors: console.paintsData)
        try session.run()
    }
}
