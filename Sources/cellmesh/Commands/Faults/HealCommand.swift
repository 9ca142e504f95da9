import ArgumentParser

struct HealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal", abstract: "End all faults on the wire and on services.",
        discussion: """
            The same as 'fault rm --all'. What was killed or paused stays so: see restart and resume. 'halt' also keeps \
            new ones out.

              cellmesh heal
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws { try FaultHealing.run(nil, mesh, output.console) }
}
