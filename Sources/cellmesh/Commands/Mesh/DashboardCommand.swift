import ArgumentParser
import Foundation
import Reports

struct DashboardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard", abstract: "Print the address of a page that shows the mesh.",
        discussion: """
            The address lets one browser in, within a minute; its pass is good for twelve hours. With --read-only the \
            page changes nothing.

              cellmesh dashboard --open
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Open it in a browser (xdg-open).")
    var open = false

    @Flag(help: "A page that only shows.")
    var readOnly = false

    private static var noBrowser: CommandFailure {
        CommandFailure("no browser could be opened; open the address yourself, within a minute")
    }

    func run() throws {
        let api = try APIClient(mesh.running())
        let ticket: TicketReport = try api.post("/v1/tickets", TicketRequest(isReadOnly: readOnly))
        let address = "\(api.address)/ui#t=\(ticket.ticket)"
        output.console.show(
            DashboardView.make(
                DashboardReport(address: address, isReadOnly: readOnly, valid: ticket.valid)))
        guard open else { return }
        let opener = Process()
        opener.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        opener.arguments = ["xdg-open", address]
        (opener.standardOutput, opener.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        do { try opener.run() } catch { throw Self.noBrowser }
        opener.waitUntilExit()
        guard opener.terminationStatus == 0 else { throw Self.noBrowser }
    }
}
