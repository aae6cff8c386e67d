/// The colours of pictures, light and dark.
///
/// The states use tints of the palette of Okabe and Ito, which differ for readers with any colour vision; their
/// lightness differs too. Text on them has a contrast of at least 4.5. Failures are also marked by a cross, the critical
/// path by a line, and gaps by hatching, so that nothing depends on colour alone.
enum PictureStyle {
    private static let light = """
        --bg:#ffffff;--panel:#f6f7f9;--fg:#16181d;--muted:#5c6370;--grid:#e3e6ea;--stripe:#f8f9fb;--tree:#c3c8d0;\
        --c0:#79b8ea;--c1:#f2b134;--c2:#3fc39a;--c3:#d98cc0;--c4:#dfe3e8;--edge:#9aa2ae;--fail:#c03b00;--path:#16181d;\
        --mark:#fff3bf;--g0:#0072b2;--g1:#e69f00;--g2:#009e73;--g3:#cc79a7;--g4:#56b4e9;--g5:#d55e00;--g6:#b8b030;\
        --g7:#8c6bb1
        """
    private static let dark = """
        --bg:#14161a;--panel:#1c1f25;--fg:#eceef2;--muted:#a0a7b4;--grid:#2a2e36;--stripe:#181b20;--tree:#4a515d;\
        --c0:#1f6db0;--c1:#8f6100;--c2:#0a7355;--c3:#97417a;--c4:#343a45;--edge:#6b7482;--fail:#ff8a5c;--path:#ffffff;\
        --mark:#4d4210;--g0:#3d9bd6;--g1:#e0a526;--g2:#1fae85;--g3:#d18bb2;--g4:#7cc7f0;--g5:#e57a35;--g6:#c9c24e;\
        --g7:#a58bc4
        """

    /// The number of colours for groups.
    static let groupColours = 8
    /// The classes of groups, and of all others.
    static let groups =
        (0..<groupColours).map { ".g\($0){fill:var(--g\($0))}" }.joined() + """
            .gx{fill:var(--tree)}.layer{stroke:var(--bg);stroke-width:.5}
            """

    /// The variables, and the classes of shapes that SVG and HTML share.
    static let shared = """
        :root{color-scheme:light dark;\(light)}
        @media (prefers-color-scheme:dark){:root{\(dark)}}
        @media print{:root{color-scheme:light;\(light)}}
        .c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}
        svg text{font:12px system-ui,"DejaVu Sans",sans-serif;fill:var(--fg)}
        svg .b{font-weight:600}svg .m{fill:var(--muted)}svg .s{font-size:11px}svg .h{font-size:20px;font-weight:600}
        svg .f{fill:var(--fail);font-weight:600}svg .o{paint-order:stroke;stroke:var(--bg);stroke-width:3px;stroke-linejoin:round}
        svg tspan.m{font-weight:400}
        svg .r{text-anchor:end}svg .mid{text-anchor:middle}
        .grid{stroke:var(--grid);fill:none}.tree{stroke:var(--tree);fill:none}.stripe{fill:var(--stripe)}
        .edge{fill:none;stroke:var(--edge);stroke-width:.6}.rep{stroke-dasharray:3 2;stroke-width:1.4}
        .bad{fill:none;stroke:var(--fail);stroke-width:1.6}.life{stroke:var(--edge);stroke-width:1}
        .path{fill:none;stroke:var(--path);stroke-width:2.4;stroke-linejoin:round}
        .path.step{stroke-width:1;stroke-dasharray:2 2;opacity:.6}
        .cpus{stroke:var(--fg);stroke-width:1.2;stroke-dasharray:6 4;fill:none}
        .hatch{stroke:var(--fail);stroke-width:1.6}.back{fill:var(--bg)}.plate{fill:var(--bg);opacity:.85}
        """
}
