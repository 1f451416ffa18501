"""A network as large and as awkward as the real one, with invented persons, for the page's tests."""
# ruff: noqa: E501  # the tables below are one line per record

from __future__ import annotations

import networkx as nx

FIELDS = {
    "industriepolitik": ("Industriepolitik", "Industrial policy"),
    "innovation-technologietransformation": (
        "Innovation und Technologietransformation",
        "Innovation and technology transformation",
    ),
    "arbeit-beschaeftigung": ("Arbeit und Beschäftigung", "Work and employment"),
    "qualifizierung-weiterbildung": ("Qualifizierung und Weiterbildung", "Skills and training"),
    "resiliente-gesellschaft": ("Resiliente Gesellschaft", "Resilient society"),
}
IP, IT, AB, QW, RG = FIELDS
KINDS = {
    "chamber": ("Kammer", "chamber"),
    "union": ("Gewerkschaft", "trade union"),
    "company": ("Unternehmen", "company"),
    "university": ("Hochschule", "university"),
    "research-institute": ("Forschungsinstitut", "research institute"),
    "authority": ("Behörde", "public authority"),
    "network": ("Netzwerk", "network"),
    "development-agency": ("Wirtschaftsförderung", "development agency"),
    "education-provider": ("Bildungsträger", "education provider"),
    "association": ("Verband", "association"),
    "consortium": ("Konsortium", "consortium"),
    "media": ("Medien", "media"),
}
INITIATIVE_KINDS = {
    "network-project": ("Netzwerkprojekt", "network project"),
    "project": ("Projekt", "project"),
    "offer": ("Angebot", "offer"),
    "study": ("Studie", "study"),
    "survey": ("Umfrage", "survey"),
    "film": ("Film", "film"),
    "training": ("Schulung", "training"),
    "degree-programme": ("Studiengang", "degree programme"),
    "strategy": ("Strategie", "strategy"),
    "concept": ("Konzept", "concept"),
    "dialogue-format": ("Dialogformat", "dialogue format"),
}
ROLES = {
    "involvement-role": {
        "consortium-lead": ("Konsortialführung", "consortium lead"),
        "consortium-partner": ("Konsortialpartner", "consortium partner"),
        "responsible-partner": ("verantwortlicher Partner", "responsible partner"),
        "client": ("Auftraggeber", "client"),
        "contractor": ("Auftragnehmer", "contractor"),
        "funder": ("Fördermittelgeber", "funder"),
        "project-agency": ("Projektträger", "project agency"),
        "cooperation-partner": ("Kooperationspartner", "cooperation partner"),
        "scientific-partner": ("wissenschaftlicher Partner", "scientific partner"),
        "author": ("Autor", "author"),
        "data-provider": ("Datengeber", "data provider"),
        "involved": ("beteiligt", "involved"),
    },
    "contribution-role": {
        "speaker": ("stellte vor", "presented"),
        "moderator": ("moderierte", "moderated"),
        "panellist": ("diskutierte", "panellist"),
        "author": ("Autor", "author"),
    },
    "status": {
        "announced": ("angekündigt", "announced"),
        "planned": ("geplant", "planned"),
        "ongoing": ("laufend", "ongoing"),
        "completed": ("abgeschlossen", "completed"),
    },
    "source-kind": {
        "event-page": ("Veranstaltungsseite", "event page"),
        "project-profile": ("Projektsteckbrief", "project profile"),
        "press": ("Presse", "press"),
        "overview": ("Überblick", "overview"),
    },
    "coverage": {"full": ("vollständig", "full"), "excerpt": ("Auszug", "excerpt")},
    "certainty": {"stated": ("belegt", "stated"), "inferred": ("erschlossen", "inferred")},
}

# slug | name | aliases | kind | consortium | unit of
ORGANISATIONS = """
amz-sachsen|AMZ Sachsen|AMZ;Netzwerk Automobilzulieferer Sachsen (AMZ);Zuliefernetzwerk AMZ|network|x|
ihk-chemnitz|IHK Chemnitz|IHK;Industrie- und Handelskammer Chemnitz|chamber|x|
ig-metall|IG Metall Chemnitz/Zwickau|IG Metall|union|x|
bundesagentur|Bundesagentur für Arbeit|Agentur für Arbeit|authority|x|
cwe|Chemnitzer Wirtschaftsförderungs- und Entwicklungsgesellschaft mbH|CWE;CWE Chemnitz|development-agency|x|
ctm|CTM GmbH|CTM;Chemnitzer Tourismus- und Marketinggesellschaft|development-agency|x|
ihk-mittelsachsen|IHK Regionalkammer Mittelsachsen|IHK Mittelsachsen|chamber||ihk-chemnitz
imreg|IMREG GmbH|IMREG Dresden|research-institute||
imu|IMU-Institut|IMU-Institut Berlin GmbH|research-institute||
aconium|aconium GmbH|atene KOM|company||
gherzi|Gherzi Germany GmbH|Gherzi|company||
vwbi|Volkswagen Bildungsinstitut|VWBI|education-provider||
whz|Westsächsische Hochschule Zwickau|WHZ|university||
tuc|Technische Universität Chemnitz|TU Chemnitz|university||
tubaf|TU Bergakademie Freiberg||university||
fbb|Forschungsinstitut Betriebliche Bildung (f-bb gGmbH)|f-bb|research-institute||
vw-motorenwerk|VW-Motorenwerk||company||
vw-sachsen|Volkswagen Sachsen GmbH|Volkswagen Sachsen|company||
atb|ATB gGmbH||education-provider||
lennardt|LennardtundBirner GmbH|Lennardt & Birner|company||
mobilitaetswerk|Mobilitätswerk GmbH|Mobilitätswerk Dresden|company||
cima|CIMA Beratung+Management GmbH|CIMA|company||
vdivde|VDI/VDE Innovation + Technik GmbH|VDI/VDE-IT|company||
bmwk|Bundesministerium für Wirtschaft und Klimaschutz|BMWK;BMWi|authority||
bbsr|Bundesamt für Bau-, Stadt- und Raumforschung|BBSR|authority||
lk-zwickau|Landkreis Zwickau||authority||
lk-mittelsachsen|Landkreis Mittelsachsen||authority||
erzgebirgskreis|Erzgebirgskreis|Landkreis Erzgebirge|authority||
vogtlandkreis|Vogtlandkreis||authority||
stadt-chemnitz|Stadt Chemnitz||authority||
freistaat|Freistaat Sachsen||authority||
smwa|Sächsisches Staatsministerium für Wirtschaft, Arbeit und Verkehr|SMWA|authority||
gkn|GKN||company||
porsche|Porsche Consulting GmbH||company||
quant|QUANT-Leading||company||
vowalon|Vowalon Beschichtung GmbH|VOWALON|company||
stfi|Sächsisches Textilforschungsinstitut e. V.|STFI|research-institute||
iav|IAV Chemnitz|IAV|company||
fes|FES GmbH|FES|company||
fdtech|FDTech||company||
wfs|Wirtschaftsförderung Sachsen GmbH||development-agency||
arge|Arge Jugend Südwestsachsen||association||
dgb|DGB Südwestsachsen|DGB|union||
freie-presse|Freie Presse||media||
hzwo|HZwo e. V.|HZwo|network||
saxony5|Saxony⁵||consortium||
"""

# slug | name | aliases | kind | fields | status | from | until | as written
INITIATIVES = f"""
itas|Initiative Transformation Automobilregion Südwestsachsen|ITAS|network-project|{IP} {IT} {AB} {QW} {RG}|completed|2022-07|2025-12|Juli 2022 bis Juni 2025 (verlängert bis Dezember 2025)
itas-charta|Charta der Automobilregion Südwestsachsen|ITAS-Charta|strategy|{IP} {IT} {AB} {QW} {RG}|ongoing|2022-09||
strukturbericht|Strukturbericht und Dashboard|Strukturwandelindex|study|{IP} {IT} {AB} {QW} {RG}|completed|2023-01|2025-06|
policy-labs|Policy Labs|ITAS Policy Labs|dialogue-format|{IP}|ongoing|||fortlaufend
gewerbegebiete|Entwicklungskonzept Gewerbegebiete Erzgebirgskreis||concept|{IP} {IT}|completed|2023-10|2024-09|
masterplan|Masterplan Südwestsachsen||strategy|{IP}|planned|||
wertschoepfungsketten|Analyse der Wertschöpfungsketten||study|{IP}|completed|2024-03|2024-10|
quant-regionalanalyse|QUANT-Modell®-Regionalanalyse||study|{IP}|completed||2025-11|
trendscouting|Technologie- und Trendscouting||offer|{IT}|ongoing|2022-07||
mobilitaetskonzept|Mobilitätskonzept für den Landkreis Zwickau|ITAS-Mobilitätskonzept|concept|{IT}|completed|2024-01|2025-05-07|
textiles-interieur|Textiles Interieur|Car-Tex-Sax|study|{IT}|completed|2023||
circular-cars|Circular Cars|Circular Cars – Made in Sachsen|training|{IT} {QW}|ongoing|2023-09-30||
wasserstoffbedarf|Wasserstoffbedarf in Südwestsachsen||study|{IT}|completed|||
autonomes-fahren|Policy Lab „Autonomes Fahren“||dialogue-format|{IT}|completed|||
mobility-ecosystem|Mobility Ecosystem||project|{IT}|planned|||
erzmobil|ErzMobil||project||ongoing|||
helpdesk|ITAS-Helpdesks|Helpdesk-Sprechstunden|offer|{AB}|ongoing|2023||
transformationslotsen|Transformationslotsen||offer|{AB}|ongoing|2023-02||
gemischte-teams|Gemischte Teams für optimalen Wissenstransfer||offer|{AB}|ongoing|||
betriebsraete|Betriebsrätekonferenz Automobil||dialogue-format|{AB}|ongoing|||
wir-sind-hier|WIR SIND HIER – Fachkraft. Mensch.|Kurzfilm WIR SIND HIER|film|{RG}|completed|2024|2024-08-28|
sustainable-innovation-loop|Sustainable Innovation Loop||degree-programme|{QW}|ongoing|||
review-berufsausbildung|Strategisches Review der regionalen Berufsausbildung||study|{QW}|completed|||
sos-berufsausbildung|SOS Berufsausbildung||project|{QW}|ongoing|||
ee-automatisierung|Elektrik/Elektronik und Automatisierung/Digitalisierung||training|{QW}|ongoing|||
resilienz-studie|Resilienz-Studie|Resilienz-Umfrage|study|{RG}|completed|2023-05|2025-06|Mai 2023 – Juni 2025
buergerdialog|Bürgerdialog zur Zukunft der Mobilität||dialogue-format|{RG}|completed|2024-06-08|2024-06-08|
vogtland|ITAS im Vogtlandkreis||project||ongoing|||
bruecken|Brücken zwischen Wissenschaft und Wirtschaft||offer||ongoing|||
"""

# organisation | initiative | role | from | until | status | certainty | source | anchor | talk
RELATIONS = """
cwe|itas|consortium-lead|2022-02||planned|stated|netzwerkantrag|Konsortialführer: CWE|
amz-sachsen|itas|consortium-lead|2025-05|2025-12||stated|mobilitaetskonzept-vorstellung|Konsortialführer AMZ|
amz-sachsen|itas|consortium-partner|2022-07|2025-12||stated|itas-overview|Konsortialpartnern AMZ Sachsen|
ihk-chemnitz|itas|consortium-partner|2022-07|2025-12||stated|itas-overview|IHK Chemnitz|
ig-metall|itas|consortium-partner|2022-07|2025-12||stated|itas-overview|IG Metall Chemnitz/Zwickau|
bundesagentur|itas|consortium-partner|2022-07|2025-12||stated|itas-overview|Bundesagentur für Arbeit in der Region|
cwe|itas|consortium-partner|2022-07|||stated|itas-overview|und der CWE|
ctm|itas|consortium-partner|2025|2025-12||inferred|sam-2025|CTM|
bmwk|itas|funder|2022-07|2025-12||stated|itas-overview|8,4 Mio. Euro|
vdivde|itas|project-agency||||stated|itas-overview|Projektträger VDI/VDE Innovation + Technik GmbH|
amz-sachsen|itas-charta|responsible-partner||||inferred|charta-profil|alle Partner|
imu|itas-charta|contractor|2022-09|||stated|charta-profil|IMU-Institut, Berlin|
imu|itas-charta|speaker|||completed|stated|kongress-2024|Die ITAS-Charta im Prozess|Jana Muster#Wie können wir die Zukunft mitgestalten – Die ITAS-Charta im Prozess#ITAS-Kongress 2024#2024-06-06
vdivde|itas-charta|involved||||stated|itas-overview|haben diesen Prozess begleitet|
ctm|strukturbericht|responsible-partner||||stated|strukturbericht-profil|CTM|
imreg|strukturbericht|author||||stated|autoland-2024|IMREG Dresden|
imreg|strukturbericht|speaker|||completed|stated|kongress-2024|Einblick in den ITAS-Strukturbericht|Paul Beispiel#Wo steht die Region heute – Einblick in den ITAS-Strukturbericht#ITAS-Kongress 2024#2024-06-06
bbsr|strukturbericht|data-provider||||stated|strukturbericht-profil|Bundesamt für Bau-, Stadt- und Raumforschung|
ihk-chemnitz|policy-labs|responsible-partner||||stated|policy-labs-profil|IHK Chemnitz|
ihk-chemnitz|policy-labs|speaker|||announced|stated|kongress-2024|Policy Labs|Mara Muster#Policy Labs#ITAS-Kongress 2024#2024-06-06
smwa|policy-labs|involved||||stated|policy-labs-profil|Sächsisches Staatsministerium|
wfs|policy-labs|involved||||stated|policy-labs-profil|Wirtschaftsförderung Sachsen|
ihk-chemnitz|gewerbegebiete|responsible-partner||||stated|gewerbegebiete-profil|IHK Chemnitz|
cima|gewerbegebiete|contractor|2023-10|2024-09||stated|gewerbegebiete-profil|CIMA Beratung+Management GmbH|
erzgebirgskreis|gewerbegebiete|cooperation-partner||||inferred|gewerbegebiete-profil|Erzgebirgskreis|
freistaat|masterplan|client|||planned|stated|freie-presse-2025|Masterplan Südwestsachsen|
lk-mittelsachsen|masterplan|involved|||planned|stated|freie-presse-2025|Mittelsachsen|
erzgebirgskreis|masterplan|involved|||planned|stated|freie-presse-2025|Erzgebirgskreis|
vogtlandkreis|masterplan|involved|||planned|stated|freie-presse-2025|Vogtlandkreis|
lk-zwickau|masterplan|involved|||planned|stated|freie-presse-2025|Zwickau|
stadt-chemnitz|masterplan|involved|||planned|stated|freie-presse-2025|Chemnitz|
ihk-chemnitz|wertschoepfungsketten|client||2024-10||stated|autoland-kmu|ITAS-Partner IHK Chemnitz|
ihk-chemnitz|wertschoepfungsketten|responsible-partner||||inferred|autoland-kmu|ITAS-Partner IHK Chemnitz|
ihk-mittelsachsen|wertschoepfungsketten|client||||stated|autoland-kmu|Regionalkammer Mittelsachsen|
lennardt|wertschoepfungsketten|contractor||2024-10||stated|autoland-kmu|LennardtundBirner GmbH|
ihk-chemnitz|quant-regionalanalyse|client||||stated|quant-seite|IHK Chemnitz|
quant|quant-regionalanalyse|contractor||||stated|quant-seite|QUANT-Leading|
amz-sachsen|trendscouting|responsible-partner||||inferred|kraefte-buendeln|Innovations- und Technologietransformation|
amz-sachsen|trendscouting|speaker|||completed|stated|kongress-2024|Neues aus dem ITAS Technologie- und Trendscouting|Ole Platzhalter#Was bringt die Zukunft – Neues aus dem ITAS Technologie- und Trendscouting#ITAS-Kongress 2024#2024-06-06
amz-sachsen|mobilitaetskonzept|responsible-partner||||stated|mobilitaetskonzept-profil|AMZ Sachsen|
mobilitaetswerk|mobilitaetskonzept|contractor||||stated|mobilitaetskonzept-profil|Mobilitätswerk GmbH Dresden|
mobilitaetswerk|mobilitaetskonzept|scientific-partner||||stated|mobilitaetskonzept-vorstellung|wissenschaftlicher Partner|
mobilitaetswerk|mobilitaetskonzept|speaker|||completed|stated|kongress-2024|Mobilitätskonzept|Ida Exempel#Mobilitätskonzept#ITAS-Kongress 2024#2024-06-06
lk-zwickau|mobilitaetskonzept|cooperation-partner||||stated|mobilitaetskonzept-vorstellung|Landkreis Zwickau|
amz-sachsen|textiles-interieur|client||||inferred|textil-seite|AMZ|
gherzi|textiles-interieur|author||||inferred|textil-seite|Gherzi-Studie|
gherzi|textiles-interieur|speaker|||completed|stated|kongress-2024|Textiles Interieur|Nils Muster#Textiles Interieur – Potentiale der regionalen Textilindustrie als Automobil-Zulieferer#ITAS-Kongress 2024#2024-06-06
vowalon|textiles-interieur|involved||||stated|textil-seite|VOWALON|
stfi|textiles-interieur|involved||||stated|textil-seite|STFI|
cwe|circular-cars|responsible-partner|2023-09-30|||inferred|kongress-2024|Circular Cars|
cwe|circular-cars|speaker|||completed|stated|kongress-2024|Circular Cars – Trainings für Kreislaufwirtschaft|Rolf Exempel#Circular Cars – Trainings für Kreislaufwirtschaft in der Automobilindustrie#ITAS-Kongress 2024#2024-06-06
amz-sachsen|circular-cars|speaker|||completed|stated|kongress-2024|Circular Cars – Trainings für Kreislaufwirtschaft|Ole Platzhalter#Circular Cars – Trainings für Kreislaufwirtschaft in der Automobilindustrie#ITAS-Kongress 2024#2024-06-06
hzwo|wasserstoffbedarf|cooperation-partner||||inferred|kongress-2024|Wasserstoff|
lennardt|wasserstoffbedarf|contractor||||stated|kongress-2024|Wasserstoffbedarf|
lennardt|wasserstoffbedarf|speaker|||completed|stated|kongress-2024|Wasserstoffbedarf|Tom Platzhalter#Wasserstoffbedarf in Südwestsachsen#ITAS-Kongress 2024#2024-06-06
ihk-chemnitz|wasserstoffbedarf|client||||inferred|kongress-2024|Wasserstoffbedarf|
ihk-chemnitz|autonomes-fahren|responsible-partner||||stated|autoland-lab|ITAS-Team der IHK Chemnitz|
amz-sachsen|autonomes-fahren|speaker|||completed|stated|autoland-lab|Autonomes Fahren|Udo Exempel#Autonomes Fahren in Sachsen#Policy Lab „Autonomes Fahren“#
fdtech|autonomes-fahren|involved||||stated|autoland-lab|FDTech|
iav|autonomes-fahren|involved||||inferred|autoland-lab|IAV|
tuc|mobility-ecosystem|involved|||planned|stated|netzwerkantrag|Referenzregion Chemnitz-Zwickau|
whz|mobility-ecosystem|involved|||planned|stated|netzwerkantrag|Referenzregion Chemnitz-Zwickau|
saxony5|mobility-ecosystem|involved|||planned|inferred|netzwerkantrag|Saxony|
erzgebirgskreis|erzmobil|cooperation-partner||||inferred|autoland-lab|Zwönitz|
ihk-chemnitz|helpdesk|responsible-partner||||inferred|autoland-2024|Helpdesk-Sprechstunden|
ihk-chemnitz|helpdesk|speaker|||completed|stated|kongress-2024|ITAS-Helpdesks Sprechstunden|Falk Muster#ITAS-Helpdesks Sprechstunden und weitere niedrigschwellige Angebote#ITAS-Kongress 2024#2024-06-06
ig-metall|transformationslotsen|responsible-partner||||stated|itas-overview|IG Metall|
ig-metall|transformationslotsen|speaker|||completed|stated|kongress-2024|Transformationslotsen|Kai Beispiel#Transformationslotsen – Der Umbau in den Betrieben am konkreten Beispiel#ITAS-Kongress 2024#2024-06-06
gkn|transformationslotsen|speaker|||completed|stated|kongress-2024|Transformationslotsen|Lena Müßig#Transformationslotsen – Der Umbau in den Betrieben am konkreten Beispiel#ITAS-Kongress 2024#2024-06-06
dgb|transformationslotsen|cooperation-partner||||inferred|itas-overview|Arbeitnehmerseite|
atb|gemischte-teams|contractor||||inferred|kongress-2024|Gemischte Teams|
atb|gemischte-teams|speaker|||completed|stated|kongress-2024|Gemischte Teams für optimalen Wissenstransfer|Uta Platzhalter#Gemischte Teams für optimalen Wissenstransfer#ITAS-Kongress 2024#2024-06-06
ig-metall|betriebsraete|responsible-partner||||stated|itas-overview|Arbeitnehmerseite|
vw-sachsen|betriebsraete|involved||||stated|itas-overview|Arbeitgeber- als auch Arbeitnehmerseite|
ig-metall|wir-sind-hier|responsible-partner||||stated|film-seite|IG Metall Zwickau|
freie-presse|wir-sind-hier|involved||||inferred|film-seite|Kurzfilm|
whz|sustainable-innovation-loop|responsible-partner||||inferred|kongress-2024|Sustainable Innovation Loop|
whz|sustainable-innovation-loop|speaker|||completed|stated|kongress-2024|Studiengang „Sustainable Innovation Loop“|Prof. Eva Exempel#Studiengang „Sustainable Innovation Loop“ / KI-unterstütztes Lernen im individuellen Tempo#ITAS-Kongress 2024#2024-06-06
fbb|review-berufsausbildung|contractor||||inferred|kongress-2024|Strategisches Review|
fbb|review-berufsausbildung|speaker|||completed|stated|kongress-2024|Strategisches Review der regionalen Berufsausbildung|Anja Beispiel#Strategisches Review der regionalen Berufsausbildung#ITAS-Kongress 2024#2024-06-06
bundesagentur|review-berufsausbildung|client||||inferred|itas-overview|Bundesagentur für Arbeit in der Region|
vw-motorenwerk|sos-berufsausbildung|speaker|||completed|stated|kongress-2024|SOS Berufsausbildung|Max Platzhalter#SOS Berufsausbildung Jugend gestaltet die Berufsausbildung mit#ITAS-Kongress 2024#2024-06-06
ig-metall|sos-berufsausbildung|responsible-partner||||inferred|sam-2025|SOS Berufsausbildung|
arge|sos-berufsausbildung|involved||||stated|kongress-2024|Jugend- und Auszubildendenorganisationen|
vwbi|ee-automatisierung|contractor||||inferred|kongress-2024|Qualifizierungsangebote|
vwbi|ee-automatisierung|speaker|||completed|stated|kongress-2024|Qualifizierungsangebote für die Automobilproduktion von morgen|Gero Muster#Elektrik / Elektronik und Automatisierung / Digitalisierung#ITAS-Kongress 2024#2024-06-06
bundesagentur|ee-automatisierung|client||||inferred|itas-overview|Bundesagentur für Arbeit in der Region|
amz-sachsen|ee-automatisierung|responsible-partner||||inferred|itas-overview|AMZ Sachsen|
cwe|resilienz-studie|client|2023-05|2025-06||stated|resilienz-referenz|Chemnitzer Wirtschaftsförderungs- und Entwicklungsgesellschaft mbH (CWE)|
ctm|resilienz-studie|responsible-partner||||stated|resilienz-profil|CTM GmbH|
aconium|resilienz-studie|contractor|2023-05|2025-06||stated|resilienz-profil|aconium GmbH, Berlin|
aconium|resilienz-studie|speaker|||completed|stated|kongress-2024|Wie veränderungsbereit ist Chemnitz/Südwestsachsen?|Dr. Vera Exempel#Wie veränderungsbereit ist Chemnitz/Südwestsachsen?#ITAS-Kongress 2024#2024-06-06
ctm|buergerdialog|responsible-partner||||inferred|kongress-2024|Kosmos Chemnitz|
stadt-chemnitz|buergerdialog|cooperation-partner||||inferred|kongress-2024|Kosmos Chemnitz|
vogtlandkreis|vogtland|responsible-partner||||stated|vogtland-seite|Technologiepitches|
amz-sachsen|vogtland|cooperation-partner||||stated|vogtland-seite|AMZ Sachsen|
ihk-mittelsachsen|bruecken|speaker|||completed|stated|kongress-2024|Brücken zwischen Wissenschaft und Wirtschaft|Dr. Carla Muster#Brücken zwischen Wissenschaft und Wirtschaft#ITAS-Kongress 2024#2024-06-06
tubaf|bruecken|cooperation-partner||||inferred|kongress-2024|Hochschulen|
tuc|bruecken|cooperation-partner||||inferred|kongress-2024|Hochschulen|
fes|mobility-ecosystem|involved|||planned|inferred|netzwerkantrag|FES|
porsche|itas|speaker|||completed|stated|autoland-2023|Porsche Consulting GmbH|Moritz Beispiel#Zulieferer und neue Hersteller#ITAS-Kongress 2023#2023-06-08
smwa|itas|speaker|||completed|stated|autoland-2023|Staatssekretär|Theo Platzhalter#Transformation aus Sicht der Staatsregierung#ITAS-Kongress 2023#2023-06-08
"""

SOURCES = """
kongress-2024|ITAS-Kongress 2024 / Rückblick|https://itas-projekt.de/itas-kongress-2024-rueckblick|ITAS|2024-06|full|event-page
itas-overview|ITAS – Überblick|https://itas-projekt.de/|ITAS|2025|full|overview
netzwerkantrag|KoPa 35c: Projektblatt|https://example.org/kopa35c|BMWi|2022-02|excerpt|project-profile
mobilitaetskonzept-vorstellung|Mobilitätskonzept vorgestellt|https://example.org/mobilitaet|Landkreis Zwickau|2025-05|excerpt|press
sam-2025|Symposium Automotive & Mobility|https://example.org/sam?jahr=2025|ITAS|2025-05|full|event-page
charta-profil|Projektsteckbrief ITAS-Charta|https://itas-projekt.de/charta|ITAS||full|project-profile
strukturbericht-profil|Projektsteckbrief Strukturbericht|https://itas-projekt.de/strukturbericht|ITAS||full|project-profile
autoland-2024|Autoland Sachsen zum 2. ITAS-Kongress|https://autoland-sachsen.com/?p=10079|Autoland Sachsen|2024-06|excerpt|press
autoland-2023|Autoland Sachsen zum 1. ITAS-Kongress|https://autoland-sachsen.com/__trashed-2|Autoland Sachsen|2023-06|excerpt|press
autoland-lab|Autoland Sachsen zum Policy Lab|https://autoland-sachsen.com/?p=9976|Autoland Sachsen||excerpt|press
autoland-kmu|Unterstützung für Automotive-KMU|https://autoland-sachsen.com/unterstuetzung-fuer-automotive-kmu|Autoland Sachsen||excerpt|press
policy-labs-profil|Projektsteckbrief Policy Labs|https://itas-projekt.de/policy-labs|ITAS||full|project-profile
gewerbegebiete-profil|Projektsteckbrief Gewerbegebiete|https://itas-projekt.de/gewerbegebiete|ITAS||full|project-profile
freie-presse-2025|Hilfe für Region mit Automobil- und Zulieferindustrie|https://www.freiepresse.de/artikel13995136|Freie Presse|2025-10-17|excerpt|press
quant-seite|QUANT-Regionalanalyse|https://example.org/quant|QUANT-Leading||excerpt|press
kraefte-buendeln|Kräfte bündeln mit ITAS|https://www.autoland-sachsen.com/kraefte-buendeln-mit-itas/|Autoland Sachsen|2022-03-24|full|press
mobilitaetskonzept-profil|Projektsteckbrief Mobilitätskonzept|https://itas-projekt.de/mobilitaet|ITAS||full|project-profile
textil-seite|Textiles Interieur|https://example.org/textil|AMZ||excerpt|press
film-seite|„Wir sind hier. Fachkraft – Mensch.“ – Kurzfilm|https://betriebsraete-bildung.de/?p=20898|IG Metall|2024-08-28|full|press
resilienz-referenz|Resilienz-Studie (Referenz)|https://aconium.eu/project/resilienz|aconium GmbH||excerpt|project-profile
resilienz-profil|Projektsteckbrief Resilienz-Studie|https://itas-projekt.de/resilienz|ITAS||full|project-profile
vogtland-seite|ITAS im Vogtlandkreis|https://das-vogtland-sind-wir.de/itas|Vogtlandkreis||full|overview
"""


def _rows(table, columns):
    for line in table.strip().splitlines():
        cells = line.split("|")
        assert len(cells) == columns, line
        yield cells


def _concepts(pairs):
    return {
        slug: {"de": de, "en": en, "order": order} for order, (slug, (de, en)) in enumerate(pairs)
    }


def slug(name):
    """Return a name as an address says it."""
    plain = name.lower().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    return "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in plain).split())


def _add_appearance(graph, pair, talk, status, source):
    """Add person and event of a talk, and the relations that follow from it."""
    organisation, initiative = pair
    name, title, event_name, date = talk
    person, event = f"person/{slug(name)}", f"event/{slug(event_name)}"
    empty = {
        "consortium": False,
        "aliases": [],
        "action_fields": [],
        "conflicts": [],
        "evidence": [],
    }
    graph.add_node(person, group="person", label=name, **empty)
    graph.add_node(event, group="event", label=event_name, date=date, status="held", **empty)
    held = {"completed": "held"}.get(status, status)
    named = f"{slug(event_name)}-{slug(title)}"
    for kind, ends, key, role, via in (
        (
            "contribution",
            (person, event),
            f"appearance/{named}--{slug(name)}",
            "speaker",
            {"talk": title, "organisation": organisation},
        ),
        (
            "affiliation",
            (person, organisation),
            f"affiliation/{named}--{slug(name)}",
            "",
            {"event": event_name},
        ),
        ("presentation", (event, initiative), f"presentation/{named}", "", {"talk": title}),
    ):
        graph.add_edge(
            *ends,
            key=key,
            type=kind,
            ends=ends,
            role=role,
            date=date,
            status=held,
            certainty="stated",
            via=via,
            evidence=[{"source": source, "anchor": title, "heading": "Programm"}],
        )


def build():
    """Return the network."""
    graph = nx.MultiGraph()
    graph.graph.update(
        title={"de": "ITAS – Wer wirkt woran mit?", "en": "ITAS – who works on what?"},
        description={
            "de": "Organisationen und Initiativen der Automobilregion Südwestsachsen, "
            "jede Beziehung mit ihrem Beleg.",
            "en": "Organisations and initiatives of the automotive region of south-west Saxony, "
            "each relation with its evidence.",
        },
        stand="2026-11-21",
        licence="CC BY 4.0",
        links=[
            {
                "label": {"de": "Impressum", "en": "Legal notice"},
                "url": "https://itas-projekt.de/impressum",
            }
        ],
        concepts={
            "action-field": _concepts(FIELDS.items()),
            "organisation-kind": _concepts(KINDS.items()),
            "initiative-kind": _concepts(INITIATIVE_KINDS.items()),
            **{scheme: _concepts(members.items()) for scheme, members in ROLES.items()},
        },
        sources={
            slug: {
                "title": title,
                "url": url,
                "publisher": publisher,
                "published": published or None,
                "coverage": coverage,
                "kind": kind,
                "language": "de",
            }
            for slug, title, url, publisher, published, coverage, kind in _rows(SOURCES, 7)
        },
    )
    for slug, name, aliases, kind, consortium, unit_of in _rows(ORGANISATIONS, 6):
        graph.add_node(
            f"organisation/{slug}",
            group="organisation",
            label=name,
            aliases=[alias for alias in aliases.split(";") if alias],
            kind=kind,
            action_fields=[],
            consortium=bool(consortium),
            status=None,
            valid_from=None,
            valid_until=None,
            period_as_written=None,
            unit_of=f"organisation/{unit_of}" if unit_of else None,
            conflicts=[],
            evidence=[],
        )
    for slug, name, aliases, kind, fields, status, start, end, written in _rows(INITIATIVES, 9):
        graph.add_node(
            f"initiative/{slug}",
            group="initiative",
            label=name,
            aliases=[alias for alias in aliases.split(";") if alias],
            kind=kind,
            action_fields=fields.split(),
            consortium=False,
            status=status or None,
            valid_from=start or None,
            valid_until=end or None,
            period_as_written=written or None,
            unit_of=None,
            conflicts=[],
            evidence=[{"source": "itas-overview", "anchor": None, "heading": None}],
        )
    for row in _rows(RELATIONS, 10):
        organisation, initiative, role, start, end, status, certainty, source, anchor, talk = row
        via = None
        one, other = f"organisation/{organisation}", f"initiative/{initiative}"
        if talk:
            person, title, event, date = talk.split("#")
            via = {"person": person, "talk": title, "event": event, "date": date or None}
            _add_appearance(graph, (one, other), (person, title, event, date), status, source)
        graph.add_edge(
            one,
            other,
            key=f"{'contribution' if via else 'involvement'}/{initiative}--{organisation}--{role}",
            type="involvement",
            ends=(one, other),
            role=role,
            valid_from=start or None,
            valid_until=end or None,
            as_of=None,
            status=status or None,
            certainty=certainty,
            via=via,
            evidence=[{"source": source, "anchor": anchor, "heading": "Programm" if via else None}],
        )
    return graph
